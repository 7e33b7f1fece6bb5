/** The texts that nginx has are nginx's, to the byte. */
export const replies = {
  greeting: '+OK POP3 ready',
  ok: '+OK\r\n',
  invalid: '-ERR invalid command\r\n',
  internal: '-ERR internal server error\r\n',
  timedOut: '-ERR Not logged in within the time allowed\r\n',
  refused: '-ERR [AUTH] Authentication failed\r\n',
  unavailable: '-ERR [SYS/TEMP] The mail server cannot be reached now, try again later\r\n',
  forbidden: '-ERR Access denied\r\n',
  crowded: '-ERR [SYS/TEMP] Too many connections\r\n',
  leaving: '-ERR [SYS/TEMP] The server is leaving, connect again\r\n',
  certificate: {
    invalid: '-ERR SSL certificate error\r\n',
    missing: '-ERR No required SSL certificate\r\n',
  },
} as const
