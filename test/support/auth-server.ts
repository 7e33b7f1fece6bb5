/** An auth server in the sense of `auth_http`: judges by a function of the request's headers. */
import { once } from 'node:events'
import { createServer } from 'node:http'

export type AuthHeaders = Readonly<Record<string, string>>

export interface AuthServer {
  /** What the `auth_http` directive names. */
  readonly url: string
  /** The requests so far, their header names in lower case. */
  readonly asked: readonly AuthHeaders[]
  readonly stop: () => Promise<void>
}

/** `judge` gives the headers of the answer, `Auth-Status` and what goes with it. */
export async function startAuthServer(
  judge: (asked: AuthHeaders) => AuthHeaders,
): Promise<AuthServer> {
  const asked: AuthHeaders[] = []
  const server = createServer((request, response) => {
    const headers: Record<string, string> = {}
    for (const [name, value] of Object.entries(request.headers)) headers[name] = String(value)
    asked.push(headers)
    for (const [name, value] of Object.entries(judge(headers))) response.setHeader(name, value)
    response.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `127.0.0.1:${port}/auth`,
    asked,
    stop: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
