/*
 * The load of the bench: clients, fake backends and the auth server in one process on one core.
 *
 * Prints its ports, then takes one command a line on standard input and answers each with one line
 * of JSON. It ends with its standard input.
 *
 *   run KIND PROTOCOL PORT TLS COUNT AT_ONCE REPEAT SIZE SECONDS
 *        KIND: sessions, idle, down, up, send; TLS: 0 none, 1 full, 2 resumed
 * and, while the sessions of an idle load are open:
 *   trips REPEAT SECONDS        so many NOOPs on every session
 *   pace COUNT RATE SECONDS     so many NOOPs in all at a fixed rate
 *   probe FOR SECONDS           NOOPs on one session, for so many seconds
 *   leave                       ends them
 * SECONDS is always the most that the work may take.
 */
#define _GNU_SOURCE
#include "client.h"
#include "held.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static enum { WAITING, RUNNING, HOLDING, ASKING } state;
static double deadline, began, idled;
static char command[256];
static size_t command_length;

double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void print_text(const char *text) {
  putchar('"');
  for (; *text; text++)
    if (*text == '"' || *text == '\\' || (unsigned char)*text < ' ' || (unsigned char)*text > '~') printf("\\u%04x", (unsigned char)*text);
    else putchar(*text);
  putchar('"');
}

static void answer(long done, latencies l) {
  const outcome *o = clients_outcome();
  printf("{\"done\":%ld,\"failed\":%ld,\"resumed\":%ld,\"received\":%lld,\"sent\":%lld,\"seconds\":%.6f,\"idle\":%.6f,", done,
         o->failed, o->resumed, o->received, o->sent, now() - began, idled);
  printf("\"p50\":%.1f,\"p99\":%.1f,\"p999\":%.1f,\"worst\":%.1f,\"fault\":", l.p50, l.p99, l.p999, l.worst);
  print_text(o->fault);
  puts("}");
  fflush(stdout);
}

static int index_of(const char *word, const char *const *words, int count) {
  for (int i = 0; i < count; i++)
    if (!strcmp(word, words[i])) return i;
  return -1;
}

static void work_for(double seconds) {
  began = now();
  idled = 0;
  deadline = began + seconds;
}

static bool run(const char *line) {
  static const char *const kinds[KINDS] = {"sessions", "idle", "down", "up", "send"};
  char kind[16], protocol[8];
  int tls;
  double seconds;
  load l = {0};
  int fields = sscanf(line, "run %15s %7s %d %d %ld %ld %ld %ld %lf", kind, protocol, &l.port, &tls, &l.count, &l.at_once,
                      &l.repeat, &l.size, &seconds);
  int k = index_of(kind, kinds, KINDS), p = index_of(protocol, protocol_names, PROTOCOLS);
  if (fields != 9 || k < 0 || p < 0 || tls < 0 || tls > 2 || l.count < 1 || l.at_once < 1 || l.repeat < 1) return false;
  l.kind = (enum kind)k;
  l.protocol = (enum protocol)p;
  l.tls = (tls_mode)tls;
  work_for(seconds);
  state = RUNNING;
  clients_start(&l);
  return true;
}

/* Work for the sessions that are held. */
static bool ask(const char *line) {
  long count;
  double of, seconds;
  if (sscanf(line, "trips %ld %lf", &count, &seconds) == 2 && count > 0) held_trips(count);
  else if (sscanf(line, "pace %ld %lf %lf", &count, &of, &seconds) == 3 && of > 0) held_pace(count, of);
  else if (sscanf(line, "probe %lf %lf", &of, &seconds) == 2) held_probe(of);
  else return false;
  work_for(seconds);
  state = ASKING;
  return true;
}

static void obey(const char *line) {
  if (state == HOLDING && !strcmp(line, "leave")) {
    clients_stop("left");
    state = WAITING;
    return answer(clients_outcome()->done, (latencies){0});
  }
  if (state == WAITING ? run(line) : state == HOLDING && ask(line)) return;
  fprintf(stderr, "load: cannot obey: %s\n", line);
  exit(2);
}

static void take_commands(int fd) {
  ssize_t count = read(fd, command + command_length, sizeof command - 1 - command_length);
  if (count <= 0) exit(0);
  command_length += (size_t)count;
  command[command_length] = 0;
  for (char *end; (end = strchr(command, '\n'));) {
    *end = 0;
    obey(command);
    command_length -= (size_t)(end + 1 - command);
    memmove(command, end + 1, command_length + 1);
  }
}

static void check_on_clients(void) {
  bool late = now() > deadline;
  if (!late && !clients_finished()) return;
  bool hold = wanted.kind == IDLE && !late && !clients_outcome()->failed;
  state = hold ? HOLDING : WAITING;
  if (!hold) clients_stop("out of time");
  answer(clients_outcome()->done, (latencies){0});
}

static void check_on_held(void) {
  if (!held_turn() && now() <= deadline) return;
  state = HOLDING;
  answer(held_done(), held_latencies());
}

/*
 * While a load runs this program never sleeps: to wake it would be a cost of the proxy's writes, and
 * the dearer the more the proxy keeps it waiting. Time without anything to do is counted instead.
 */
static void turn_without_sleep(void) {
  double before = now();
  if (loop_turn(0) == 0) idled += now() - before;
  if (state == RUNNING) check_on_clients();
  else if (state == ASKING) check_on_held();
}

int main(void) {
  int ports[PROTOCOLS];
  signal(SIGPIPE, SIG_IGN);
  loop_start();
  mail_start();
  backend_start(ports);
  printf("{\"imap\":%d,\"pop3\":%d,\"smtp\":%d,\"auth\":%d}\n", ports[IMAP], ports[POP3], ports[SMTP], auth_start(ports));
  fflush(stdout);
  loop_watch(STDIN_FILENO, take_commands);
  for (;;) {
    if (state == RUNNING || state == ASKING) turn_without_sleep();
    else loop_turn(-1);
  }
}
