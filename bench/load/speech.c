/* What the backends say to each command. */
#define _GNU_SOURCE
#include "backend.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define CAPABILITIES "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ AUTH=PLAIN AUTH=LOGIN"

/* As Dovecot does, IMAP's capabilities come with the greeting. */
const char *const greetings[PROTOCOLS] = {
    [IMAP] = "* OK [CAPABILITY " CAPABILITIES "] Backend ready.\r\n",
    [POP3] = "+OK Backend ready.\r\n",
    [SMTP] = "220 backend.example.com ESMTP\r\n",
};

static void say_tagged(connection *c, const char *untagged, const char *text) {
  char reply[256];
  backend_session *s = c->state;
  int size = snprintf(reply, sizeof reply, "%s%s %s\r\n", untagged, s->tag, text);
  connection_say(c, reply, (size_t)size);
}

static void imap_command(connection *c, const char *rest) {
  backend_session *s = c->state;
  if (!strcasecmp(s->verb, "LOGIN")) say_tagged(c, "", "OK Logged in");
  else if (!strcasecmp(s->verb, "NOOP")) say_tagged(c, "", "OK NOOP completed");
  else if (!strcasecmp(s->verb, "APPEND")) say_tagged(c, "", "OK APPEND completed");
  else if (!strcasecmp(s->verb, "ID")) say_tagged(c, "* ID NIL\r\n", "OK ID completed");
  else if (!strcasecmp(s->verb, "CAPABILITY"))
    say_tagged(c, "* CAPABILITY " CAPABILITIES "\r\n", "OK CAPABILITY completed");
  else if (!strcasecmp(s->verb, "FETCH")) {
    s->sending = fetched.size * strtoul(rest + strcspn(rest, ":") + 1, NULL, 10);
    backend_send(c);
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

void imap_line(connection *c, size_t length) {
  backend_session *s = c->state;
  int rest = 0;
  if (s->answers) {
    s->answers = 0;
    return say_tagged(c, "", "OK Logged in");
  }
  if (!s->continued && sscanf(s->line, "%32s %16s %n", s->tag, s->verb, &rest) < 2)
    return backend_say(c, "* BAD no tag\r\n");
  bool waits = false;
  long literal = announced(s->line, length, &waits);
  s->continued = literal >= 0;
  if (literal >= 0) {
    s->literal = (size_t)literal;
    if (waits) backend_say(c, "+ OK\r\n");
    return;
  }
  if (strcasecmp(s->verb, "AUTHENTICATE")) return imap_command(c, s->line + rest);
  s->answers = strchr(s->line + rest, ' ') ? 0 : 1;
  if (s->answers) backend_say(c, "+ \r\n");
  else say_tagged(c, "", "OK Logged in");
}

static bool is(const char *line, const char *command) { return !strncasecmp(line, command, strlen(command)); }

/* True while a SASL exchange goes on; `more` asks for the next line, `done` is the last word. */
static bool sasl(connection *c, const char *more, const char *done) {
  backend_session *s = c->state;
  if (s->answers == 0) return false;
  backend_say(c, --s->answers ? more : done);
  return true;
}

void pop3_line(connection *c, size_t length) {
  backend_session *s = c->state;
  (void)length;
  if (sasl(c, "+ \r\n", "+OK Logged in.\r\n")) return;
  if (is(s->line, "CAPA")) return backend_say(c, "+OK\r\nCAPA\r\nTOP\r\nUIDL\r\nUSER\r\nSASL PLAIN\r\n.\r\n");
  if (is(s->line, "AUTH PLAIN")) {
    s->answers = length > 11 ? 0 : 1;
    return backend_say(c, s->answers ? "+ \r\n" : "+OK Logged in.\r\n");
  }
  backend_say(c, "+OK\r\n");
  if (is(s->line, "QUIT")) connection_end(c, "quit");
}

static void hear_auth(connection *c, size_t length) {
  backend_session *s = c->state;
  s->answers = is(s->line, "AUTH LOGIN") ? 2 : 1;
  if (length > 11) s->answers--;
  backend_say(c, s->answers ? "334 \r\n" : "235 2.7.0 Authentication successful\r\n");
}

void smtp_line(connection *c, size_t length) {
  backend_session *s = c->state;
  if (sasl(c, "334 \r\n", "235 2.7.0 Authentication successful\r\n")) return;
  if (is(s->line, "AUTH ")) return hear_auth(c, length);
  if (is(s->line, "EHLO"))
    return backend_say(c, "250-backend.example.com\r\n250-8BITMIME\r\n250-SIZE 67108864\r\n250 AUTH PLAIN LOGIN\r\n");
  if (is(s->line, "DATA")) {
    s->content = true;
    s->octets = 0;
    memset(s->last, 0, sizeof s->last);
    return backend_say(c, "354 go ahead\r\n");
  }
  if (!is(s->line, "QUIT")) return backend_say(c, "250 2.0.0 OK\r\n");
  backend_say(c, "221 2.0.0 Bye\r\n");
  connection_end(c, "quit");
}

/* Clients wait for the answer, so the end of a message is the end of what came. */
size_t smtp_content(connection *c, const char *bytes, size_t size) {
  backend_session *s = c->state;
  size_t kept = size < sizeof s->last ? size : sizeof s->last;
  memmove(s->last, s->last + kept, sizeof s->last - kept);
  memcpy(s->last + sizeof s->last - kept, bytes + size - kept, kept);
  s->octets += (long long)size;
  if (memcmp(s->last, "\r\n.\r\n", sizeof s->last)) return size;
  char reply[80];
  s->content = false;
  int length = snprintf(reply, sizeof reply, ACCEPTED "\r\n", s->octets - 3);
  connection_say(c, reply, (size_t)length);
  return size;
}
