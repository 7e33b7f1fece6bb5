/*
 * Backends that speak just enough to be logged in to, to send messages and to swallow them. They
 * believe any login.
 */
#define _GNU_SOURCE
#include "backend.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { READ = 256 * 1024 };

block fetched, appended;
static char input[READ];

block block_make(const char *head, size_t size, const char *tail) {
  size_t before = strlen(head), after = strlen(tail);
  block made = {malloc(before + size + after), before + size + after};
  if (!made.bytes) abort();
  memcpy(made.bytes, head, before);
  for (size_t i = 0; i < size; i++) {
    size_t column = i % 78;
    made.bytes[before + i] = column == 76 ? '\r' : column == 77 ? '\n' : (char)('A' + column % 26);
  }
  if (size >= 2) memcpy(made.bytes + before + size - 2, "\r\n", 2);
  memcpy(made.bytes + before + size, tail, after);
  return made;
}

void mail_start(void) {
  char head[64];
  snprintf(head, sizeof head, "* 1 FETCH (BODY[] {%d}\r\n", MESSAGE_SIZE);
  fetched = block_make(head, MESSAGE_SIZE, ")\r\n");
  snprintf(head, sizeof head, "a2 APPEND INBOX {%d+}\r\n", MESSAGE_SIZE);
  appended = block_make(head, MESSAGE_SIZE, "\r\n");
}

void backend_say(connection *c, const char *text) { connection_say(c, text, strlen(text)); }

void backend_send(connection *c) {
  backend_session *s = c->state;
  while (s->sending) {
    size_t offset = (fetched.size - s->sending % fetched.size) % fetched.size;
    ssize_t count = connection_write(c, fetched.bytes + offset, fetched.size - offset);
    if (count == AGAIN) return connection_want_room(c, true);
    if (count < 0) return connection_end(c, "client gone");
    s->sending -= (size_t)count;
  }
  connection_want_room(c, false);
  backend_say(c, "a2 OK FETCH completed\r\n");
}

/* Takes octets up to the end of a line; returns how many. */
static size_t take_line(connection *c, const char *bytes, size_t size, void (*run)(connection *, size_t)) {
  backend_session *s = c->state;
  const char *end = memchr(bytes, '\n', size);
  size_t part = end ? (size_t)(end - bytes) + 1 : size;
  if (s->length + part >= BACKEND_LINE) {
    connection_end(c, "line too long");
    return size;
  }
  memcpy(s->line + s->length, bytes, part);
  s->length += part;
  if (!end) return part;
  size_t length = s->length - 1;
  s->length = 0;
  if (length && s->line[length - 1] == '\r') length--;
  s->line[length] = 0;
  run(c, length);
  return part;
}

static void take(connection *c, void (*run)(connection *, size_t)) {
  backend_session *s = c->state;
  ssize_t count = connection_read(c, input, READ);
  if (count == AGAIN) return;
  if (count < 0) return connection_end(c, "client gone");
  size_t size = (size_t)count;
  for (const char *bytes = input; size && !c->dead;) {
    size_t part;
    if (s->literal) {
      part = size < s->literal ? size : s->literal;
      s->literal -= part;
    } else if (s->content) part = smtp_content(c, bytes, size);
    else part = take_line(c, bytes, size, run);
    bytes += part;
    size -= part;
  }
}

static void ended(connection *c, const char *why) { (void)c, (void)why; }

static void imap_opened(connection *c) { backend_say(c, greetings[IMAP]); }
static void pop3_opened(connection *c) { backend_say(c, greetings[POP3]); }
static void smtp_opened(connection *c) { backend_say(c, greetings[SMTP]); }
static void imap_readable(connection *c) { take(c, imap_line); }
static void pop3_readable(connection *c) { take(c, pop3_line); }
static void smtp_readable(connection *c) { take(c, smtp_line); }

static const role roles[PROTOCOLS] = {
    [IMAP] = {imap_opened, imap_readable, backend_send, ended},
    [POP3] = {pop3_opened, pop3_readable, NULL, ended},
    [SMTP] = {smtp_opened, smtp_readable, NULL, ended},
};

void backend_start(int ports[PROTOCOLS]) {
  for (int p = 0; p < PROTOCOLS; p++) ports[p] = connection_listen(&roles[p], sizeof(backend_session));
}
