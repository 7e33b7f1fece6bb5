/* Messages in both directions, and the table of what a session can do. */
#define _GNU_SOURCE
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const exchange completed = {NULL, NULL, "a2 OK"};

/* The message that SEND sends, and the answer that says how much of it arrived. */
static block letter;
static char accepted_line[64];
static exchange accepted = {NULL, NULL, accepted_line};

static void send_message(connection *c);

void bulk_start(const load *l) {
  if (l->kind != SEND) return;
  free(letter.bytes);
  letter = block_make("", (size_t)l->size, ".\r\n");
  snprintf(accepted_line, sizeof accepted_line, ACCEPTED, (long long)l->size);
}

/* Writes what is left of so many copies of a block. */
static void pour(connection *c, block b) {
  session *s = c->state;
  long long all = (long long)b.size;
  while (s->going) {
    size_t offset = (size_t)((all - s->going % all) % all);
    ssize_t count = connection_write(c, b.bytes + offset, b.size - offset);
    if (count == AGAIN) return connection_want_room(c, true);
    if (count < 0) return client_fail(c, "could not write");
    s->going -= count;
    result.sent += count;
  }
  connection_want_room(c, false);
}

static void begin_down(connection *c) {
  session *s = c->state;
  char command[64];
  client_ask(c, &completed, client_leave);
  s->coming = (long long)fetched.size * wanted.repeat;
  int size = snprintf(command, sizeof command, "a2 FETCH 1:%ld (BODY.PEEK[])\r\n", wanted.repeat);
  connection_say(c, command, (size_t)size);
}

static void one_appended(connection *c) {
  if (--((session *)c->state)->repeats == 0) return client_leave(c);
  client_ask(c, &completed, one_appended);
}

static void append_messages(connection *c) { pour(c, appended); }

static void begin_up(connection *c) {
  session *s = c->state;
  client_ask(c, &completed, one_appended);
  s->going = (long long)appended.size * wanted.repeat;
  append_messages(c);
}

static void one_sent(connection *c) {
  session *s = c->state;
  if (--s->repeats == 0) return client_leave(c);
  s->step = 0;
  send_message(c);
}

static void send_letter(connection *c) { pour(c, letter); }

static void send_message(connection *c) {
  session *s = c->state;
  if (s->step < MESSAGE_STEPS) return client_ask(c, &dialogues[SMTP].message[s->step++], send_message);
  client_ask(c, &accepted, one_sent);
  s->going = (long long)letter.size;
  send_letter(c);
}

static void begin_send(connection *c) {
  ((session *)c->state)->step = 0;
  send_message(c);
}

void begin_sessions(connection *), begin_idle(connection *);

const work works[KINDS] = {
    [SESSIONS] = {begin_sessions, NULL}, [IDLE] = {begin_idle, NULL},         [DOWN] = {begin_down, NULL},
    [UP] = {begin_up, append_messages},  [SEND] = {begin_send, send_letter},
};
