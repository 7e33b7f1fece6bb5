/** Configurations that one of the two takes, and those that look odd and that both take. */
import { type Place, tls } from './refusals.ts'

/** What one of the two takes and the other does not, and why. */
export interface Difference {
  readonly place: Place
  readonly said: string
  readonly takenBy: 'nginx' | 'postern'
  readonly why: string
}

const newer = 'newer nginx does, too'
const ours = 'an extension'
const useless = 'nginx would end every session at once'
const injected = 'it could not stand in the line where nginx puts it'

export const differences: readonly Difference[] = [
  { place: 'server', said: 'proxy_protocol v2;', takenBy: 'postern', why: newer },
  { place: 'server', said: 'resolver 127.0.0.1 ipv4=off;', takenBy: 'postern', why: newer },
  { place: 'listen', said: '127.0.0.1:143 multipath', takenBy: 'postern', why: newer },
  {
    place: 'server',
    said: `${tls} ssl_verify_client on; ssl_trusted_certificate ca.crt;`,
    takenBy: 'postern',
    why: newer,
  },
  { place: 'server', said: 'imap_auth xoauth2;', takenBy: 'postern', why: ours },
  { place: 'server', said: 'auth_http https://127.0.0.1/;', takenBy: 'postern', why: ours },
  {
    place: 'server',
    said: 'auth_http foo.invalid;',
    takenBy: 'postern',
    why: 'a host name is looked up for each question',
  },
  { place: 'server', said: 'timeout 0;', takenBy: 'nginx', why: useless },
  { place: 'server', said: 'proxy_timeout 0;', takenBy: 'nginx', why: useless },
  { place: 'server', said: 'proxy_buffer 1;', takenBy: 'nginx', why: useless },
  { place: 'server', said: 'server_name "a b";', takenBy: 'nginx', why: injected },
  { place: 'server', said: 'imap_capabilities "";', takenBy: 'nginx', why: injected },
  { place: 'server', said: 'auth_http_header "a b" c;', takenBy: 'nginx', why: injected },
  {
    place: 'server',
    said: 'ssl off;',
    takenBy: 'nginx',
    why: 'nginx removed it in 1.25.1',
  },
  {
    place: 'server',
    said: `${tls} ssl_conf_command VerifyMode Require;`,
    takenBy: 'nginx',
    why: 'it protects, and Node has no option for it',
  },
  ...['127.0.0.1', '[::1]', '*', 'localhost'].map(
    (said): Difference => ({
      place: 'listen',
      said,
      takenBy: 'nginx',
      why: 'nginx opens a port that nobody chose',
    }),
  ),
]

/** What both take, although it looks odd. */
export const taken: Readonly<Record<Place, readonly string[]>> = {
  main: [
    'mail { }',
    'worker_shutdown_timeout 0;',
    'user nobody nogroup; worker_rlimit_nofile 1000; worker_priority -5;',
    'env PATH; env TZ=UTC; pcre_jit on; master_process on; lock_file x; debug_points abort;',
    'error_log stderr warn; error_log stderr;',
    'include "*.none";',
    'mail {\r\nauth_http 127.0.0.1:1/;\r\nserver {\r\nlisten 127.0.0.1:2143;\r\nprotocol imap;\r\n}\r\n}',
    'mail { auth_http 127.0.0.1:1/; ssl_verify_client on; server { listen 127.0.0.1:2143; protocol imap; } }',
    'mail { auth_http 127.0.0.1:1/; server { listen 127.0.0.1:2110-2111 so_keepalive=on; protocol pop3; } }',
  ],
  mail: [
    'starttls on; ssl_certificate mail.crt; ssl_certificate_key mail.key;',
    'error_log stderr; error_log stderr debug;',
    'set_real_ip_from 10.0.0.0/8; set_real_ip_from ::/0; set_real_ip_from unix:;',
  ],
  server: [
    'xclient ON; proxy_smtp_auth Off;',
    'starttls OFF;',
    'imap_auth PLAIN Login; smtp_auth NONE;',
    'imap_auth plain plain;',
    'ssl_protocols tlsv1.2;',
    'ssl_protocols SSLv3 TLSv1 TLSv1.1 TLSv1.2;',
    'ssl_verify_client ON;',
    'ssl_certificate none.crt;',
    'ssl_session_cache off;',
    'ssl_session_cache shared:a:1m off;',
    'ssl_session_cache builtin:1000 shared:MAIL:10m;',
    'ssl_session_cache off; ssl_session_cache none;',
    'protocol pop3; protocol imap;',
    'timeout "1m 30s";',
    "timeout '30s';",
    'timeout 1s; # } {\n# ;\nmax_errors 2;',
    '"timeout" 1s;',
    'timeout\n1s\n;',
    'timeout 1s;#x',
    'imap_client_buffer 8K;',
    'max_errors 0;',
    'smtp_greeting_delay 0;',
    'imap_capabilities A A; imap_capabilities "B C" "D\\"E";',
    'smtp_capabilities "SIZE 10240000" 8BITMIME;',
    'auth_http localhost;',
    'auth_http [::1];',
    'auth_http http://localhost:9000/a?b=c&d=$e;',
    'auth_http unix:/tmp/x:/auth; auth_http http://unix:/tmp/x;',
    'auth_http_header X-A ""; auth_http_header X_B c;',
    'set_real_ip_from 10.0.0.1/8;',
    'set_real_ip_from localhost;',
    'resolver 127.0.0.1 [::1]:5353 valid=30s ipv6=off;',
    'resolver localhost valid=0;',
    'resolver off;',
    'error_log syslog:server=127.0.0.1:514,facility=local7,tag=nginx,severity=info;',
    'error_log syslog:server=unix:/dev/log,nohostname;',
    'error_log memory:64k debug;',
    `${tls} ssl_ecdh_curve X25519:prime256v1;`,
    `${tls} ssl_ciphers "EECDH+AESGCM:EDH+AESGCM";`,
    `${tls} ssl_ciphers @SECLEVEL=1:ALL:!ADH:+HIGH;`,
    `${tls} ssl_conf_command Options -SessionTicket; ssl_conf_command MinProtocol TLSv1.2;`,
    `${tls} ssl_conf_command Options KTLS,NoResumptionOnRenegotiation;`,
    `${tls} ssl_dhparam dh.pem;`,
    `${tls} ssl_certificate_key mail.key;`,
    `${tls} ssl_verify_client optional_no_ca;`,
    'include none*.conf;',
    'listen 127.0.0.1:2144; listen unix:/tmp/postern-x;',
  ],
  listen: [
    '[::1]:2143 ipv6only=off',
    '127.0.0.1:2143 ipv6only=on',
    'localhost:2143',
    '127.0.0.1:2143 so_keepalive=5',
    '127.0.0.1:2143 so_keepalive=30m::10',
    '127.0.0.1:2143 backlog=5 rcvbuf=8k sndbuf=8k bind proxy_protocol',
    '127.0.0.1:2143-2144',
    '"127.0.0.1:2143"',
  ],
}
