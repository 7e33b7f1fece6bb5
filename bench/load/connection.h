/*
 * Non-blocking connections on one epoll loop, plain or TLS, for the load program alone.
 *
 * A role is told when there is something to read, when there is room to write, and that a
 * connection has ended; it never blocks and never closes a descriptor itself.
 */
#ifndef CONNECTION_H
#define CONNECTION_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct connection connection;

/* A resumed session takes up one whose ticket the port gave, where it gave one. */
typedef enum tls_mode { CLEAR, FULL, RESUMED } tls_mode;

typedef struct role {
  void (*opened)(connection *);
  void (*readable)(connection *);
  void (*writable)(connection *);
  /* The last call for a connection: its own state is freed here. */
  void (*ended)(connection *, const char *why);
} role;

struct connection {
  int fd;
  SSL *ssl;
  const role *role;
  void *state;
  bool open;
  bool dead;
  bool wants_room;
  uint32_t watched;
  connection *next_dead;
};

/* What a read or write came to where it is not a count of octets. */
enum { AGAIN = -1, ENDED = -2, FAULT = -3 };

void loop_start(void);
/* Waits for events once, hands them out, and frees what has ended; returns how many there were. */
int loop_turn(int milliseconds);
/* Calls `ready` whenever the descriptor has something to read. */
void loop_watch(int fd, void (*ready)(int fd));

/* Listens on 127.0.0.1 at any free port; returns the port. */
int connection_listen(const role *, size_t state_size);
/* Connects to 127.0.0.1; NULL when no socket could be had. */
connection *connection_open(const role *, size_t state_size, int port, tls_mode);
/* Whether its TLS handshake took up an earlier session. */
bool connection_resumed(const connection *);

ssize_t connection_read(connection *, void *buffer, size_t size);
/* Writes what fits; what did not fit is the caller's to offer again when `writable`. */
ssize_t connection_write(connection *, const void *bytes, size_t size);
/* For replies and commands, which always fit: what does not is a fault that ends the connection. */
bool connection_say(connection *, const char *text, size_t size);
/* Asks for `writable` calls, or no longer. */
void connection_want_room(connection *, bool wanted);
void connection_end(connection *, const char *why);

#endif
