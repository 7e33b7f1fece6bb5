import { listeners } from './endpoints.ts'
import type { Settings } from './settings.ts'

/** What the demo says when it listens. `authority` is the file to verify with, `missing` are ports that did not open. */
export function hints(settings: Settings, authority: string, missing: readonly number[]): string {
  const { portOffset: offset, relayHttp, controllerHttp, manifests } = settings
  const rows = listeners.map(({ port, what }) => {
    const state = missing.includes(port + offset) ? ' (not open)' : ''
    return `  127.0.0.1:${port + offset}  ${what}${state}`
  })
  const pages = [
    `  http://127.0.0.1:${relayHttp}/metrics /healthz /readyz /state     the relay`,
    `  http://127.0.0.1:${controllerHttp}/metrics /healthz /readyz /status    the controller`,
  ]
  return `
Postern listens:
${[...rows, ...pages].join('\n')}

Users: alice@example.com and bob@example.org, password "secret".

Send mail without login, and read it:
  swaks --server 127.0.0.1:${offset + 25} --from you@example.net --to alice@example.com --ehlo client.example
  curl --user alice@example.com:secret 'imap://127.0.0.1:${offset + 143}/INBOX;MAILINDEX=1'
  curl --user alice@example.com:secret --cacert ${authority} pop3s://localhost:${offset + 995}/1

Send mail with a login, over STARTTLS:
  printf 'Subject: hello\\n\\nhello\\n' | curl --user alice@example.com:secret --cacert ${authority} --ssl-reqd \\
    --mail-from alice@example.com --mail-rcpt bob@example.org --upload-file - smtp://localhost:${offset + 587}/client.example

By hand:
  openssl s_client -quiet -crlf -starttls imap -CAfile ${authority} -connect localhost:${offset + 143}
  openssl s_client -quiet -crlf -CAfile ${authority} -connect localhost:${offset + 993}

In Python:
  python3 -c "import imaplib; m = imaplib.IMAP4('127.0.0.1', ${offset + 143}); print(m.login('alice@example.com', 'secret'), m.select())"

Edit the files of ${manifests}: they take effect within a second, sessions go on. Ctrl-C ends everything.
`
}

/** What the demo says of ports that others hold. */
export function takenText(
  found: readonly {
    readonly endpoint: { readonly port: number; readonly what: string; readonly flag: string }
    readonly code: string
  }[],
): string {
  const rows = found.map(({ endpoint: { port, what, flag }, code }) => {
    const why = code === 'EADDRINUSE' ? 'is taken' : `cannot be listened on (${code})`
    return `demo: 127.0.0.1:${port} (${what}) ${why}; end what holds it, or have it elsewhere: npm start -- ${flag}`
  })
  return `${rows.join('\n')}\ndemo: to see who holds a port: ss -ltnp, or lsof -i :PORT\n`
}
