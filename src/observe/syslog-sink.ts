import { createSocket } from 'node:dgram'
import { hostname } from 'node:os'
import { facilities, type Syslog } from '../words/syslog.ts'
import type { Sink } from './sink.ts'

/** Octets of a record; what is longer is cut. RFC 5426 3.2: more may not arrive. */
const mostOctets = 8_192

/** Records that may be on their way to the kernel. */
const mostSending = 1_024

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Sends each line as a record of BSD syslog (RFC 3164) by UDP: what is lost on the way, nobody hears of. */
export function syslogSink(to: Syslog): Sink {
  const socket = createSocket(to.host.includes(':') ? 'udp6' : 'udp4').unref()
  socket.on('error', () => {})
  let sending = 0
  let closed = false
  const sink = {
    dropped: 0,
    write(line: string, severity = 6) {
      if (closed || sending >= mostSending) {
        sink.dropped++
        return
      }
      sending++
      const octets = Buffer.from(record(to, line, severity, new Date())).subarray(0, mostOctets)
      socket.send(octets, to.port, to.host, error => {
        sending--
        if (error) sink.dropped++
      })
    },
    reopen: (): undefined => undefined,
    flush: () => {},
    close: () => {
      closed = true
      socket.close()
    },
  }
  return sink
}

/** `<PRI>Mon dd hh:mm:ss host tag: line`, in local time as syslog servers expect it. */
export function record(to: Syslog, line: string, severity: number, now: Date): string {
  const two = (number: number, fill = '0') => `${number}`.padStart(2, fill)
  const day = `${months[now.getMonth()]} ${two(now.getDate(), ' ')}`
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(each => two(each)).join(':')
  const host = to.hostname ? `${hostname()} ` : ''
  const priority = facilities.indexOf(to.facility) * 8 + severity
  return `<${priority}>${day} ${time} ${host}${to.tag}: ${line.trimEnd()}`
}
