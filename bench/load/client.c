/* The clients: so many sessions at once until the count is reached, every reply checked. */
#define _GNU_SOURCE
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sessions that stay are on their way in together; more would only overrun a listener's queue. */
enum { READ = 256 * 1024, ENTERING_AT_ONCE = 64 };

load wanted;
outcome result;
connection **open_sessions;
static long started, entered;
static long *free_slots, free_count;
static bool stopping;
static char input[READ];

static void start_more(void);

/* Keeps what went wrong first. */
static void note(const session *s, const char *why) {
  if (result.fault[0]) return;
  const char *said = s->awaited && s->awaited->says ? s->awaited->says : "connecting";
  snprintf(result.fault, sizeof result.fault, "after %.*s: %.120s", (int)strcspn(said, "\r"), said, why);
}

void client_fail(connection *c, const char *why) {
  note(c->state, why);
  connection_end(c, why);
}

void client_ask(connection *c, const exchange *e, void (*then)(connection *)) {
  session *s = c->state;
  s->awaited = e;
  s->then = then;
  if (e->says) connection_say(c, e->says, strlen(e->says));
}

static void gone(connection *c) { ((session *)c->state)->left = true; }

void client_leave(connection *c) { client_ask(c, &dialogues[wanted.protocol].leave, gone); }

static void log_in(connection *c) {
  session *s = c->state;
  const exchange *next = &dialogues[wanted.protocol].login[s->step++];
  if (next->expects) return client_ask(c, next, log_in);
  s->in = true;
  s->repeats = wanted.repeat;
  entered++;
  if (connection_resumed(c)) result.resumed++;
  works[wanted.kind].begin(c);
}

static bool starts(const char *line, const char *with) { return with && !strncmp(line, with, strlen(with)); }

static void take_line(connection *c, const char *line) {
  session *s = c->state;
  if (s->awaited && starts(line, s->awaited->expects)) {
    void (*then)(connection *) = s->then;
    s->then = NULL;
    if (then) return then(c);
  } else if (s->awaited && starts(line, s->awaited->before)) return;
  client_fail(c, line);
}

static void take(connection *c, const char *bytes, size_t size) {
  session *s = c->state;
  while (size && !c->dead) {
    size_t part = size;
    if (s->coming) {
      if ((long long)size > s->coming) part = (size_t)s->coming;
      s->coming -= (long long)part;
    } else {
      const char *end = memchr(bytes, '\n', size);
      if (end) part = (size_t)(end - bytes) + 1;
      if (s->length + part >= LINE) return client_fail(c, "line too long");
      memcpy(s->line + s->length, bytes, part);
      s->length += part;
      if (end) {
        while (s->length && (s->line[s->length - 1] == '\n' || s->line[s->length - 1] == '\r')) s->length--;
        s->line[s->length] = 0;
        s->length = 0;
        take_line(c, s->line);
      }
    }
    bytes += part;
    size -= part;
  }
}

static void readable(connection *c) {
  session *s = c->state;
  do {
    ssize_t count = connection_read(c, input, READ);
    if (count == AGAIN) return;
    if (count < 0) return s->left ? connection_end(c, NULL) : client_fail(c, "the connection ended");
    result.received += count;
    take(c, input, (size_t)count);
  } while (!c->dead && c->ssl);
}

static void writable(connection *c) { works[wanted.kind].writable(c); }

static void ended(connection *c, const char *why) {
  session *s = c->state;
  open_sessions[s->slot] = NULL;
  free_slots[free_count++] = s->slot;
  if (wanted.kind == IDLE && s->in && stopping) return;
  if (s->left) {
    result.done++;
    return start_more();
  }
  result.failed++;
  note(s, why);
}

static const role client = {NULL, readable, writable, ended};

/* Opens sessions until enough are open, none are left to start, or one has failed. */
static void start_more(void) {
  while (!stopping && !result.failed && free_count && started < wanted.count) {
    if (wanted.kind == IDLE && started - entered >= ENTERING_AT_ONCE) return;
    started++;
    connection *c = connection_open(&client, sizeof(session), wanted.port, wanted.tls);
    if (!c) {
      result.failed++;
      snprintf(result.fault, sizeof result.fault, "no more sockets");
      return;
    }
    session *s = c->state;
    s->slot = free_slots[--free_count];
    open_sessions[s->slot] = c;
    log_in(c);
  }
}

static void repeat_noop(connection *c) {
  if (--((session *)c->state)->repeats == 0) return client_leave(c);
  client_ask(c, &dialogues[wanted.protocol].noop, repeat_noop);
}

void begin_sessions(connection *c) { client_ask(c, &dialogues[wanted.protocol].noop, repeat_noop); }

void begin_idle(connection *c) {
  (void)c;
  result.done++;
  start_more();
}

void clients_start(const load *l) {
  wanted = *l;
  memset(&result, 0, sizeof result);
  started = entered = 0;
  stopping = false;
  bulk_start(l);
  open_sessions = calloc((size_t)l->at_once, sizeof *open_sessions);
  free_slots = calloc((size_t)l->at_once, sizeof *free_slots);
  if (!open_sessions || !free_slots) abort();
  for (free_count = 0; free_count < l->at_once; free_count++) free_slots[free_count] = free_count;
  start_more();
}

bool clients_finished(void) {
  if (result.failed) return true;
  return result.done == wanted.count;
}

const outcome *clients_outcome(void) { return &result; }

void clients_stop(const char *why) {
  stopping = true;
  for (long i = 0; open_sessions && i < wanted.at_once; i++)
    if (open_sessions[i]) connection_end(open_sessions[i], why);
  free(open_sessions);
  free(free_slots);
  open_sessions = NULL;
  free_slots = NULL;
  free_count = 0;
}
