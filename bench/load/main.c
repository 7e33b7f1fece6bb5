/*
 * The load of the bench: clients, the fake backend and the auth server in one process on one core.
 *
 * Prints its ports, then takes one command a line on standard input and answers each with one line
 * of JSON. It ends with its standard input.
 *
 *   run KIND PORT TLS COUNT AT_ONCE REPEAT SECONDS     KIND: sessions, idle, down, up
 *   leave                                             ends the idle sessions
 */
#define _GNU_SOURCE
#include "mail.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static bool running, holding, to_hold;
static double deadline, began, idled;
static char command[256];
static size_t command_length;

static double now(void) {
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

static void answer(void) {
  const outcome *o = clients_outcome();
  printf("{\"done\":%ld,\"failed\":%ld,\"received\":%lld,\"sent\":%lld,\"seconds\":%.6f,\"idle\":%.6f,\"fault\":", o->done, o->failed,
         o->received, o->sent, now() - began, idled);
  print_text(o->fault);
  puts("}");
  fflush(stdout);
}

static int kind_of(const char *word) {
  static const char *const kinds[] = {"sessions", "idle", "down", "up"};
  for (int i = 0; i < 4; i++)
    if (!strcmp(word, kinds[i])) return i;
  return -1;
}

static void obey(const char *line) {
  char kind[16];
  int tls;
  double seconds;
  load l = {0};
  if (!strcmp(line, "leave") && holding) {
    holding = false;
    clients_stop("left");
    return answer();
  }
  int fields = sscanf(line, "run %15s %d %d %ld %ld %ld %lf", kind, &l.port, &tls, &l.count, &l.at_once, &l.repeat, &seconds);
  if (fields != 7 || kind_of(kind) < 0 || running || holding || l.count < 1 || l.at_once < 1 || l.repeat < 1) {
    fprintf(stderr, "load: cannot obey: %s\n", line);
    exit(2);
  }
  l.kind = kind_of(kind);
  to_hold = l.kind == IDLE;
  l.tls = tls;
  began = now();
  idled = 0;
  deadline = began + seconds;
  running = true;
  clients_start(&l);
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
  running = false;
  holding = to_hold && !late && !clients_outcome()->failed;
  if (!holding) clients_stop("out of time");
  answer();
}

/*
 * While a load runs this program never sleeps: to wake it would be a cost of the proxy's writes, and
 * the dearer the more the proxy keeps it waiting. Time without anything to do is counted instead.
 */
static void turn_without_sleep(void) {
  double before = now();
  if (loop_turn(0) == 0) idled += now() - before;
  check_on_clients();
}

int main(void) {
  signal(SIGPIPE, SIG_IGN);
  loop_start();
  mail_start();
  int backend_port = backend_start();
  printf("{\"backend\":%d,\"auth\":%d}\n", backend_port, auth_start(backend_port));
  fflush(stdout);
  loop_watch(STDIN_FILENO, take_commands);
  for (;;) {
    if (!running) loop_turn(-1);
    else turn_without_sleep();
  }
}
