#define _GNU_SOURCE
#include "connection.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS_PER_TURN = 256, BACKLOG = 4096, MAX_WATCHED = 8, MAX_TICKETS = 4096, TLS_READ = 128 * 1024 };

typedef struct acceptor {
  int fd;
  const role *role;
  size_t state_size;
  void (*ready)(int fd);
} acceptor;

static int loop = -1;
static SSL_CTX *tls_contexts[RESUMED + 1];
/* Tickets, newest last, and the port that they are for. */
static SSL_SESSION *tickets[MAX_TICKETS];
static int ticket_count, ticket_port;
static connection *dead;
static acceptor acceptors[MAX_WATCHED];
static int acceptor_count;

static void die(const char *what) {
  perror(what);
  exit(1);
}

static SSL_CTX *make_context(void) {
  SSL_CTX *made = SSL_CTX_new(TLS_client_method());
  if (!made) die("SSL_CTX_new");
  SSL_CTX_set_min_proto_version(made, TLS1_3_VERSION);
  SSL_CTX_set_verify(made, SSL_VERIFY_NONE, NULL);
  SSL_CTX_set_mode(made, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(made, 1);
  SSL_CTX_set_default_read_buffer_len(made, TLS_READ);
  return made;
}

static int keep_ticket(SSL *ssl, SSL_SESSION *session) {
  (void)ssl;
  if (ticket_count == MAX_TICKETS) return 0;
  tickets[ticket_count++] = session;
  return 1;
}

void loop_start(void) {
  loop = epoll_create1(EPOLL_CLOEXEC);
  if (loop < 0) die("epoll_create1");
  /* Every handshake is a full one. */
  tls_contexts[FULL] = make_context();
  SSL_CTX_set_options(tls_contexts[FULL], SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(tls_contexts[FULL], SSL_SESS_CACHE_OFF);
  tls_contexts[RESUMED] = make_context();
  SSL_CTX_set_session_cache_mode(tls_contexts[RESUMED], SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
  SSL_CTX_sess_set_new_cb(tls_contexts[RESUMED], keep_ticket);
}

static void watch(connection *c) {
  uint32_t events = EPOLLIN | (c->wants_room || !c->open ? EPOLLOUT : 0);
  if (events == c->watched) return;
  struct epoll_event event = {.events = events, .data.ptr = c};
  if (epoll_ctl(loop, c->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, c->fd, &event) < 0) die("epoll_ctl");
  c->watched = events;
}

static acceptor *add_acceptor(int fd) {
  if (acceptor_count == MAX_WATCHED) die("too many acceptors");
  acceptor *a = &acceptors[acceptor_count++];
  a->fd = fd;
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = a};
  if (epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event) < 0) die("epoll_ctl");
  return a;
}

void loop_watch(int fd, void (*ready)(int fd)) { add_acceptor(fd)->ready = ready; }

static connection *make(int fd, const role *role, size_t state_size) {
  connection *c = calloc(1, sizeof *c);
  if (!c || !(c->state = calloc(1, state_size))) die("calloc");
  c->fd = fd;
  c->role = role;
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return c;
}

int connection_listen(const role *role, size_t state_size) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, length) < 0 || listen(fd, BACKLOG) < 0 ||
      getsockname(fd, (struct sockaddr *)&address, &length) < 0)
    die("listen");
  acceptor *a = add_acceptor(fd);
  a->role = role;
  a->state_size = state_size;
  return ntohs(address.sin_port);
}

static void take_up(SSL *ssl, int port) {
  while (port != ticket_port && ticket_count) SSL_SESSION_free(tickets[--ticket_count]);
  ticket_port = port;
  if (!ticket_count) return;
  /* A copy, since OpenSSL takes no session up twice. */
  SSL_SESSION *copy = SSL_SESSION_dup(tickets[ticket_count - 1]);
  SSL_set_session(ssl, copy);
  SSL_SESSION_free(copy);
  /* Some servers take a ticket once only, others give none to a session that was resumed: the last one is used again. */
  if (ticket_count > 1) SSL_SESSION_free(tickets[--ticket_count]);
}

bool connection_resumed(const connection *c) { return c->ssl && SSL_session_reused(c->ssl); }

connection *connection_open(const role *role, size_t state_size, int port, tls_mode tls) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return NULL;
  connection *c = make(fd, role, state_size);
  if (tls) {
    c->ssl = SSL_new(tls_contexts[tls]);
    if (!c->ssl || !SSL_set_fd(c->ssl, fd)) die("SSL_new");
    SSL_set_connect_state(c->ssl);
    if (tls == RESUMED) take_up(c->ssl, port);
  }
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0 && errno != EINPROGRESS) {
    if (c->ssl) SSL_free(c->ssl);
    close(fd);
    free(c->state);
    free(c);
    return NULL;
  }
  watch(c);
  return c;
}

static ssize_t tls_outcome(connection *c, int result) {
  switch (SSL_get_error(c->ssl, result)) {
  case SSL_ERROR_WANT_READ:
  case SSL_ERROR_WANT_WRITE:
    return AGAIN;
  case SSL_ERROR_ZERO_RETURN:
    return ENDED;
  default:
    ERR_clear_error();
    return FAULT;
  }
}

ssize_t connection_read(connection *c, void *buffer, size_t size) {
  if (c->ssl) {
    int count = SSL_read(c->ssl, buffer, (int)size);
    return count > 0 ? count : tls_outcome(c, count);
  }
  ssize_t count = recv(c->fd, buffer, size, 0);
  if (count > 0) return count;
  if (count == 0) return ENDED;
  return errno == EAGAIN ? AGAIN : FAULT;
}

ssize_t connection_write(connection *c, const void *bytes, size_t size) {
  if (c->ssl) {
    int count = SSL_write(c->ssl, bytes, (int)size);
    return count > 0 ? count : tls_outcome(c, count);
  }
  ssize_t count = send(c->fd, bytes, size, MSG_NOSIGNAL);
  if (count >= 0) return count;
  return errno == EAGAIN ? AGAIN : FAULT;
}

bool connection_say(connection *c, const char *text, size_t size) {
  if (c->dead) return false;
  if (connection_write(c, text, size) == (ssize_t)size) return true;
  connection_end(c, "could not write");
  return false;
}

void connection_want_room(connection *c, bool wanted) {
  if (c->dead || c->wants_room == wanted) return;
  c->wants_room = wanted;
  watch(c);
}

void connection_end(connection *c, const char *why) {
  if (c->dead) return;
  c->dead = true;
  c->next_dead = dead;
  dead = c;
  c->role->ended(c, why);
  if (c->ssl) SSL_shutdown(c->ssl);
  close(c->fd);
}

static void bury(void) {
  while (dead) {
    connection *c = dead;
    dead = c->next_dead;
    if (c->ssl) SSL_free(c->ssl);
    ERR_clear_error();
    free(c->state);
    free(c);
  }
}

static void accept_all(acceptor *a) {
  for (;;) {
    int fd = accept4(a->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    connection *c = make(fd, a->role, a->state_size);
    c->open = true;
    watch(c);
    if (a->role->opened) a->role->opened(c);
  }
}

/* True once the connection (and its TLS) stands. */
static bool finish_opening(connection *c) {
  int fault = 0;
  socklen_t length = sizeof fault;
  getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &fault, &length);
  if (fault) {
    connection_end(c, strerror(fault));
    return false;
  }
  if (c->ssl) {
    int result = SSL_do_handshake(c->ssl);
    if (result != 1) {
      if (tls_outcome(c, result) != AGAIN) connection_end(c, "TLS handshake failed");
      else if (c->watched & EPOLLOUT) {
        /* The ClientHello is out: only an answer moves the handshake on. */
        struct epoll_event event = {.events = c->watched = EPOLLIN, .data.ptr = c};
        epoll_ctl(loop, EPOLL_CTL_MOD, c->fd, &event);
      }
      return false;
    }
  }
  c->open = true;
  watch(c);
  if (c->role->opened) c->role->opened(c);
  return !c->dead;
}

static void hand_out(struct epoll_event *event) {
  acceptor *a = event->data.ptr;
  if (a >= acceptors && a < acceptors + MAX_WATCHED) {
    if (a->ready) a->ready(a->fd);
    else accept_all(a);
    return;
  }
  connection *c = event->data.ptr;
  if (c->dead || (!c->open && !finish_opening(c))) return;
  if (c->wants_room && (event->events & EPOLLOUT)) c->role->writable(c);
  if (!c->dead && (event->events & (EPOLLIN | EPOLLHUP | EPOLLERR))) c->role->readable(c);
}

int loop_turn(int milliseconds) {
  struct epoll_event events[EVENTS_PER_TURN];
  int count = epoll_wait(loop, events, EVENTS_PER_TURN, milliseconds);
  for (int i = 0; i < count; i++) hand_out(&events[i]);
  bury();
  return count;
}
