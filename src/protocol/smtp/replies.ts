/** The texts that nginx has are nginx's, to the byte. */
export const replies = {
  ok: '250 2.0.0 OK\r\n',
  bye: '221 2.0.0 Bye\r\n',
  startTls: '220 2.0.0 Start TLS\r\n',
  authenticated: '235 2.0.0 OK\r\n',
  invalid: '500 5.5.1 Invalid command\r\n',
  argument: '501 5.5.4 Invalid argument\r\n',
  sequence: '503 5.5.1 Bad sequence of commands\r\n',
  authRequired: '530 5.7.1 Authentication required\r\n',
  internal: '451 4.3.2 Internal server error\r\n',
  /** RFC 5321 4.5.3.2. */
  timedOut: '421 4.4.2 Timeout exceeded\r\n',
  /** RFC 3207 section 4. */
  tlsRequired: '530 5.7.0 Must issue a STARTTLS command first\r\n',
  refused: '535 5.7.8 Authentication credentials invalid\r\n',
  /** RFC 4954 section 6: what a mail program takes for no verdict on the password. */
  authUnavailable: '454 4.7.0 Temporary authentication failure\r\n',
  unavailable: '451 4.3.0 Mail server temporarily unavailable\r\n',
  forbidden: '554 5.7.1 Access denied\r\n',
  crowded: '421 4.7.0 Too many connections\r\n',
  leaving: '421 4.3.2 The server is leaving, connect again\r\n',
  certificate: {
    invalid: '421 4.7.1 SSL certificate error\r\n',
    missing: '421 4.7.1 No required SSL certificate\r\n',
  },
} as const
