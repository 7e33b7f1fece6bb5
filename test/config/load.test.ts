import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { load } from '../../src/config/load.ts'
import { maxFaults, pretty } from '../../src/directives/error.ts'
import { table } from '../../src/directives/table.ts'
import { hostile } from '../directives/hostile.ts'
import { config, faults, machine, notices } from './loading.ts'

/** As the packages of nginx bring it, with the mail block of its manual. */
const stock = `
user  nginx;
worker_processes  auto;
error_log  /var/log/nginx/error.log notice;
pid        /run/nginx.pid;
load_module modules/ngx_mail_module.so;
events {
    worker_connections  1024;
}
http {
    include       /etc/nginx/mime.types;
    log_format  main  '$remote_addr - $remote_user [$time_local] "$request" '
                      '"$http_user_agent" "$http_x_forwarded_for"';
    server { listen 80; location / { root /srv; } }
}
mail {
    server_name       mail.example.com;
    auth_http         localhost:9000/cgi-bin/nginxauth.cgi;

    imap_capabilities IMAP4rev1 UIDPLUS IDLE LITERAL+ QUOTA;
    pop3_auth         plain apop cram-md5;
    pop3_capabilities LAST TOP USER PIPELINING UIDL;
    smtp_auth         login plain cram-md5;
    smtp_capabilities "SIZE 10485760" ENHANCEDSTATUSCODES 8BITMIME DSN;
    xclient           off;

    server {
        listen   25;
        protocol smtp;
    }
    server {
        listen   110;
        protocol pop3;
        proxy_pass_error_message on;
    }
    server {
        listen   143;
        protocol imap;
        proxy on;
    }
    server {
        listen     587;
        protocol   smtp;
        ssl_certificate cert.pem;
        ssl_certificate_key cert.key;
        starttls only;
    }
}
`

test('a stock nginx.conf runs its mail block', () => {
  const { main, servers } = config(stock)
  assert.deepEqual(main.error_log, [{ target: '/var/log/nginx/error.log', level: 'notice' }])
  assert.equal(main.pid, '/run/nginx.pid')
  assert.deepEqual(
    servers.map(({ protocol, listens }) => [protocol, ...listens.map(listen => listen.port)]),
    [
      ['smtp', 25],
      ['pop3', 110],
      ['imap', 143],
      ['smtp', 587],
    ],
  )
  const [smtp, pop3, , submission] = servers.map(one => one.settings)
  assert.deepEqual(smtp?.smtp_auth, ['plain', 'login', 'cram-md5'])
  assert.deepEqual(smtp?.smtp_capabilities?.[0], 'SIZE 10485760')
  assert.equal(smtp?.xclient, false)
  assert.equal(pop3?.proxy_pass_error_message, true)
  assert.deepEqual(submission?.ssl_certificate, [{ file: '/etc/postern/cert.pem', hosts: [] }])
  assert.deepEqual(submission?.error_log, main.error_log)
})

test('what a stock nginx.conf says beside mail is passed over with a notice each', () => {
  assert.deepEqual(notices(stock), [
    '"user" has no effect: the relay runs as whoever starts it',
    '"worker_processes" has no effect: one process carries all sessions',
    '"load_module" has no effect: there are no modules',
    'the block "events" has no effect: Node chooses how it waits',
    'the block "http" has no effect: it is not run, only mail is',
  ])
})

test('a text without mail listens to nothing', () => {
  const { servers, main } = config('')
  assert.deepEqual(servers, [])
  assert.deepEqual(main, {
    error_log: [{ target: 'stderr', level: 'info' }],
    pid: undefined,
    worker_shutdown_timeout: 60_000,
  })
})

test('the log and the process file are named against the prefix', () => {
  const { main } = config('error_log logs/error.log; pid run/pid; worker_shutdown_timeout 5s;')
  assert.deepEqual(main.error_log, [{ target: '/var/postern/logs/error.log', level: 'error' }])
  assert.equal(main.pid, '/var/postern/run/pid')
  assert.equal(main.worker_shutdown_timeout, 5_000)
})

test('-e is where the log goes that no error_log names', () => {
  const { main } = config('', machine({}, { errorLog: '/e.log' }))
  assert.deepEqual(main.error_log, [{ target: '/e.log', level: 'info' }])
})

test('-g is read before the text, and is the same level', () => {
  const host = (directives: string) => machine({}, { directives })
  assert.equal(config('', host('pid /a;')).main.pid, '/a')
  assert.deepEqual(faults('\npid /b;', host('pid /a;')), [
    '2:1 "pid" directive is duplicate, it stands in -g:1',
  ])
  assert.deepEqual(faults('', host('pid /a')), [
    '-g:1:7 unexpected end of file, "pid" is not ended by ";"',
  ])
})

test('all faults of a text are told at once, in their order, with their lines', () => {
  const text =
    'mail {\n  timeout x;\n  server { listen 143; }\n  foo;\n  server { listen 143 ssl\n}'
  const loaded = load({ text, file: 'relay.conf' }, machine())
  assert.equal(loaded.kind, 'faults')
  if (loaded.kind !== 'faults') return
  assert.equal(
    loaded.faults.map(pretty).join('\n'),
    `relay.conf:1:6: unexpected end of file, this "{" is not closed by "}"
  mail {
       ^
relay.conf:2:11: "timeout" must be a time from 1ms to 1y, such as 30s or 1h30m, not "x"
    timeout x;
            ^
relay.conf:3:3: no "auth_http" is defined for server, and no "proxy_pass" either
    server { listen 143; }
    ^
relay.conf:4:3: unknown directive "foo"
    foo;
    ^
relay.conf:5:3: no "auth_http" is defined for server, and no "proxy_pass" either
    server { listen 143 ssl
    ^
relay.conf:5:12: no "ssl_certificate" is defined for the "listen ... ssl" directive
    server { listen 143 ssl
             ^
relay.conf:5:12: duplicate "0.0.0.0:143" address and port pair, it stands in line 3
    server { listen 143 ssl
             ^
relay.conf:6:1: unexpected "}", "listen" is not ended by ";"
  }
  ^`,
  )
})

test('a fault of the mail block is told once, however many servers inherit it', () => {
  const servers = 'server { listen 143; } server { listen 110; }'
  const told = faults(`mail { proxy_pass gone; ${servers} }`)
  assert.equal(told.length, 1)
})

test('of very many faults the first are told, and that there are more', () => {
  const told = faults('mail { foo; }\n'.repeat(1_000))
  assert.equal(told.length, maxFaults + 1)
  assert.match(told.at(-1) ?? '', /too many faults/)
})

const words = [
  ...new Set(table.map(({ name }) => name)),
  ...['{', '}', ';', '143', 'on', 'u', 'ssl'],
]

test('any words in any order are a configuration or faults', () => {
  const word = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...words) }, hostile)
  fc.assert(
    fc.property(fc.array(word, { maxLength: 30 }), some => {
      const host = machine({ '/etc/postern/u': 'server { listen 25; }' })
      const loaded = load({ text: some.join(' '), file: 'f' }, host)
      if (loaded.kind === 'faults') assert.ok(loaded.faults.length > 0)
    }),
    { numRuns: 300 },
  )
})

test('any octets are a configuration or faults', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), octets => {
      const loaded = load({ text: Buffer.from(octets).toString(), file: 'f' }, machine())
      if (loaded.kind === 'faults') assert.ok(loaded.faults.length <= maxFaults + 1)
    }),
    { numRuns: 200 },
  )
})

test('any part of a stock nginx.conf is a configuration or faults', () => {
  fc.assert(
    fc.property(fc.nat(stock.length), fc.nat(40), hostile, (at, count, put) => {
      const text = stock.slice(0, at) + put + stock.slice(at + count)
      const loaded = load({ text, file: 'f' }, machine())
      if (loaded.kind === 'faults') for (const fault of loaded.faults) pretty(fault)
    }),
    { numRuns: 200 },
  )
})
