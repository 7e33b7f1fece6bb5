/* The clients: so many IMAP sessions at once until the count is reached, every reply checked. */
#define _GNU_SOURCE
#include "mail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sessions for IDLE that are on their way in at once. */
enum { LINE = 512, READ = 256 * 1024, IDLE_AT_ONCE = 64 };

typedef enum stage { GREETING, LOGIN, IDLING, NOOP, FETCH, APPEND, LOGOUT, LEFT } stage;

static const char *const stage_names[] = {"the greeting", "LOGIN", "idling", "NOOP", "FETCH", "APPEND", "LOGOUT", "the end"};

typedef struct session {
  char line[LINE];
  size_t length;
  stage stage;
  long repeats;
  /* Octets of messages still to come in or go out. */
  long long bulk;
  long slot;
} session;

static load wanted;
static outcome result;
static long started;
static connection **open_sessions;
static long *free_slots, free_count;
static bool stopping;
static char input[READ];

static void start_more(void);

static void say(connection *c, const char *text) { connection_say(c, text, strlen(text)); }

/* Keeps what went wrong first. */
static void note(stage at, const char *why) {
  if (!result.fault[0]) snprintf(result.fault, sizeof result.fault, "at %s: %.120s", stage_names[at], why);
}

static void fail(connection *c, const char *why) {
  session *s = c->state;
  note(s->stage, why);
  connection_end(c, why);
}

static void append_messages(connection *c) {
  session *s = c->state;
  long long all = (long long)appended.size;
  while (s->bulk) {
    size_t offset = (size_t)((all - s->bulk % all) % all);
    ssize_t count = connection_write(c, appended.bytes + offset, appended.size - offset);
    if (count == AGAIN) return connection_want_room(c, true);
    if (count < 0) return fail(c, "could not write");
    s->bulk -= count;
    result.sent += count;
  }
  connection_want_room(c, false);
}

static void log_out(connection *c) {
  ((session *)c->state)->stage = LOGOUT;
  say(c, "a3 LOGOUT\r\n");
}

static void logged_in(connection *c) {
  session *s = c->state;
  char command[64];
  s->repeats = wanted.repeat;
  switch (wanted.kind) {
  case SESSIONS:
    s->stage = NOOP;
    return say(c, "a2 NOOP\r\n");
  case IDLE:
    s->stage = IDLING;
    result.done++;
    return start_more();
  case DOWN:
    s->stage = FETCH;
    s->bulk = (long long)fetched.size * wanted.repeat;
    snprintf(command, sizeof command, "a2 FETCH 1:%ld (BODY.PEEK[])\r\n", wanted.repeat);
    return say(c, command);
  case UP:
    s->stage = APPEND;
    s->bulk = (long long)appended.size * wanted.repeat;
    return append_messages(c);
  }
}

static bool is(const char *line, const char *start) { return !strncmp(line, start, strlen(start)); }

static void take_line(connection *c, const char *line) {
  session *s = c->state;
  if (s->stage == GREETING && is(line, "* OK")) {
    s->stage = LOGIN;
    return say(c, "a1 LOGIN bench@example.com secret\r\n");
  }
  if (s->stage == LOGIN && is(line, "a1 OK")) return logged_in(c);
  if (s->stage == NOOP && is(line, "a2 OK")) return --s->repeats ? say(c, "a2 NOOP\r\n") : log_out(c);
  if (s->stage == FETCH && s->bulk == 0 && is(line, "a2 OK")) return log_out(c);
  if (s->stage == APPEND && is(line, "a2 OK")) {
    if (--s->repeats == 0) log_out(c);
    return;
  }
  if (s->stage == LOGOUT && is(line, "a3 OK")) {
    s->stage = LEFT;
    return;
  }
  if (s->stage == LOGOUT && is(line, "* BYE")) return;
  fail(c, line);
}

static void take(connection *c, const char *bytes, size_t size) {
  session *s = c->state;
  while (size && !c->dead) {
    size_t part = size;
    if (s->stage == FETCH && s->bulk) {
      if ((long long)size > s->bulk) part = (size_t)s->bulk;
      s->bulk -= (long long)part;
    } else {
      const char *end = memchr(bytes, '\n', size);
      if (end) part = (size_t)(end - bytes) + 1;
      if (s->length + part >= LINE) return fail(c, "line too long");
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
    if (count < 0) return s->stage == LEFT ? connection_end(c, NULL) : fail(c, "the connection ended");
    result.received += count;
    take(c, input, (size_t)count);
  } while (!c->dead && c->ssl);
}

static void ended(connection *c, const char *why) {
  session *s = c->state;
  open_sessions[s->slot] = NULL;
  free_slots[free_count++] = s->slot;
  if (s->stage == IDLING && stopping) return;
  if (s->stage == LEFT) {
    result.done++;
    return start_more();
  }
  result.failed++;
  note(s->stage, why);
}

static const role client = {NULL, readable, append_messages, ended};

/* Opens sessions until enough are open, none are left to start, or one has failed. */
static void start_more(void) {
  while (!stopping && !result.failed && free_count && started < wanted.count) {
    if (wanted.kind == IDLE && started - result.done >= IDLE_AT_ONCE) return;
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
  }
}

void clients_start(const load *l) {
  wanted = *l;
  memset(&result, 0, sizeof result);
  started = 0;
  stopping = false;
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
