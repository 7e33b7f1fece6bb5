/*
 * A backend that speaks just enough IMAP to be logged in to, to send messages and to swallow them.
 * It believes any login. Commands may carry literals of both kinds, which it skips.
 */
#define _GNU_SOURCE
#include "mail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define CAPABILITIES "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ AUTH=PLAIN AUTH=LOGIN"

enum { LINE = 1024, READ = 256 * 1024 };

typedef struct session {
  char line[LINE];
  size_t length;
  /* Octets of a literal still to come, and of messages still to go out. */
  size_t literal, sending;
  bool continued, in_sasl;
  char tag[33];
  char verb[17];
} session;

block fetched, appended;
const char fetch_done[] = "a2 OK FETCH completed\r\n";
const char append_done[] = "a2 OK APPEND completed\r\n";
static char input[READ];

static block make_block(const char *head, const char *tail) {
  size_t before = strlen(head), after = strlen(tail);
  block made = {malloc(before + MESSAGE_SIZE + after), before + MESSAGE_SIZE + after};
  if (!made.bytes) abort();
  memcpy(made.bytes, head, before);
  for (size_t i = 0; i < MESSAGE_SIZE; i++) {
    size_t column = i % 78;
    made.bytes[before + i] = column == 76 ? '\r' : column == 77 ? '\n' : (char)('A' + column % 26);
  }
  memcpy(made.bytes + before + MESSAGE_SIZE, tail, after);
  return made;
}

void mail_start(void) {
  char head[64];
  snprintf(head, sizeof head, "* 1 FETCH (BODY[] {%d}\r\n", MESSAGE_SIZE);
  fetched = make_block(head, ")\r\n");
  snprintf(head, sizeof head, "a2 APPEND INBOX {%d+}\r\n", MESSAGE_SIZE);
  appended = make_block(head, "\r\n");
}

static void say(connection *c, const char *text) { connection_say(c, text, strlen(text)); }

static void say_tagged(connection *c, const char *untagged, const char *text) {
  char reply[256];
  session *s = c->state;
  int size = snprintf(reply, sizeof reply, "%s%s %s\r\n", untagged, s->tag, text);
  connection_say(c, reply, (size_t)size);
}

static void send_messages(connection *c) {
  session *s = c->state;
  while (s->sending) {
    size_t offset = (fetched.size - s->sending % fetched.size) % fetched.size;
    ssize_t count = connection_write(c, fetched.bytes + offset, fetched.size - offset);
    if (count == AGAIN) return connection_want_room(c, true);
    if (count < 0) return connection_end(c, "client gone");
    s->sending -= (size_t)count;
  }
  connection_want_room(c, false);
  say(c, fetch_done);
}

static void run(connection *c, const char *rest) {
  session *s = c->state;
  if (!strcasecmp(s->verb, "LOGIN")) say_tagged(c, "", "OK Logged in");
  else if (!strcasecmp(s->verb, "NOOP")) say_tagged(c, "", "OK NOOP completed");
  else if (!strcasecmp(s->verb, "APPEND")) say_tagged(c, "", "OK APPEND completed");
  else if (!strcasecmp(s->verb, "ID")) say_tagged(c, "* ID NIL\r\n", "OK ID completed");
  else if (!strcasecmp(s->verb, "CAPABILITY"))
    say_tagged(c, "* CAPABILITY " CAPABILITIES "\r\n", "OK CAPABILITY completed");
  else if (!strcasecmp(s->verb, "FETCH")) {
    s->sending = fetched.size * strtoul(rest + strcspn(rest, ":") + 1, NULL, 10);
    send_messages(c);
  } else if (!strcasecmp(s->verb, "LOGOUT")) {
    say_tagged(c, "* BYE\r\n", "OK LOGOUT completed");
    connection_end(c, "logout");
  } else say_tagged(c, "", "BAD unknown command");
}

/* The octets of a literal that the line announces at its end; -1 when it announces none. */
static long announced(const char *line, size_t length, bool *waits) {
  if (length < 3 || line[length - 1] != '}') return -1;
  const char *brace = memrchr(line, '{', length);
  if (!brace) return -1;
  *waits = line[length - 2] != '+';
  return atol(brace + 1);
}

static void take_line(connection *c) {
  session *s = c->state;
  size_t length = s->length;
  s->length = 0;
  if (length && s->line[length - 1] == '\r') length--;
  s->line[length] = 0;
  int rest = 0;
  if (s->in_sasl) {
    s->in_sasl = false;
    return say_tagged(c, "", "OK Logged in");
  }
  if (!s->continued && sscanf(s->line, "%32s %16s %n", s->tag, s->verb, &rest) < 2) return say(c, "* BAD no tag\r\n");
  bool waits = false;
  long literal = announced(s->line, length, &waits);
  s->continued = literal >= 0;
  if (literal >= 0) {
    s->literal = (size_t)literal;
    if (waits) say(c, "+ OK\r\n");
    return;
  }
  if (!strcasecmp(s->verb, "AUTHENTICATE")) {
    s->in_sasl = strchr(s->line + rest, ' ') == NULL;
    return s->in_sasl ? say(c, "+ \r\n") : say_tagged(c, "", "OK Logged in");
  }
  run(c, s->line + rest);
}

static void take(connection *c, const char *bytes, size_t size) {
  session *s = c->state;
  while (size && !c->dead) {
    size_t part;
    if (s->literal) {
      part = size < s->literal ? size : s->literal;
      s->literal -= part;
    } else {
      const char *end = memchr(bytes, '\n', size);
      part = end ? (size_t)(end - bytes) + 1 : size;
      if (s->length + part >= LINE) return connection_end(c, "line too long");
      memcpy(s->line + s->length, bytes, part);
      s->length += part;
      if (end) {
        s->length--;
        take_line(c);
      }
    }
    bytes += part;
    size -= part;
  }
}

static void readable(connection *c) {
  ssize_t count = connection_read(c, input, READ);
  if (count == AGAIN) return;
  if (count < 0) return connection_end(c, "client gone");
  take(c, input, (size_t)count);
}

/* As Dovecot does, the capabilities come with the greeting. */
static void opened(connection *c) { say(c, "* OK [CAPABILITY " CAPABILITIES "] Backend ready.\r\n"); }
static void ended(connection *c, const char *why) { (void)c, (void)why; }

static const role backend = {opened, readable, send_messages, ended};

int backend_start(void) { return connection_listen(&backend, sizeof(session)); }
