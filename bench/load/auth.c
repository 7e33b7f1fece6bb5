/* An auth_http server that sends every login to its protocol's backend, with keep-alive where it is asked for. */
#define _GNU_SOURCE
#include "mail.h"

#include <stdio.h>
#include <string.h>

enum { REQUEST = 4096 };

typedef struct request {
  char text[REQUEST];
  size_t length;
} request;

static char closing[PROTOCOLS][256], keeping[PROTOCOLS][256];

/* IMAP where the request names nothing else. */
static protocol asked(const char *text) {
  const char *header = strcasestr(text, "\r\nAuth-Protocol: ");
  for (int p = 0; header && p < PROTOCOLS; p++)
    if (!strncasecmp(header + 17, protocol_names[p], 4)) return (protocol)p;
  return IMAP;
}

static void readable(connection *c) {
  request *r = c->state;
  ssize_t count = connection_read(c, r->text + r->length, REQUEST - 1 - r->length);
  if (count == AGAIN) return;
  if (count < 0) return connection_end(c, "asker gone");
  r->length += (size_t)count;
  r->text[r->length] = 0;
  if (!strstr(r->text, "\r\n\r\n")) {
    if (r->length == REQUEST - 1) connection_end(c, "request too long");
    return;
  }
  bool keep = strstr(r->text, " HTTP/1.1\r\n") || strcasestr(r->text, "\r\nConnection: keep-alive\r\n");
  r->length = 0;
  const char *answer = (keep ? keeping : closing)[asked(r->text)];
  if (connection_say(c, answer, strlen(answer)) && !keep) connection_end(c, "answered");
}

static void ended(connection *c, const char *why) { (void)c, (void)why; }

static const role auth = {NULL, readable, NULL, ended};

int auth_start(const int backend_ports[PROTOCOLS]) {
  const char *form = "HTTP/1.%d 200 OK\r\nContent-Length: 0\r\nConnection: %s\r\nAuth-Status: OK\r\n"
                     "Auth-Server: 127.0.0.1\r\nAuth-Port: %d\r\n\r\n";
  for (int p = 0; p < PROTOCOLS; p++) {
    snprintf(closing[p], sizeof closing[p], form, 0, "close", backend_ports[p]);
    snprintf(keeping[p], sizeof keeping[p], form, 1, "keep-alive", backend_ports[p]);
  }
  return connection_listen(&auth, sizeof(request));
}
