// Waits for the greeting of each HOST:PORT:TLS that it is given; some listeners open a little later.
const net = require('node:net')
const tls = require('node:tls')

const [host, ...listeners] = process.argv.slice(1)
const patience = 60_000
const began = Date.now()

function greeting(port, secure) {
  return new Promise((resolve, reject) => {
    // Whose certificate it is, is not the question here.
    const socket = secure
      ? tls.connect({ host, port, rejectUnauthorized: false })
      : net.connect({ host, port })
    socket.setTimeout(5_000, () => socket.destroy(new Error('no greeting in 5 s')))
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('closed without a greeting')))
    socket.once('data', chunk => {
      resolve(chunk.toString('latin1').split('\r\n')[0])
      socket.destroy()
    })
  })
}

async function check(listener) {
  const [port, mode] = listener.split('/')
  for (;;) {
    try {
      const line = await greeting(Number(port), mode === 'Implicit')
      if (!/^(\* OK|\+OK|220[ -])/.test(line))
        throw new Error(`not a greeting: ${JSON.stringify(line)}`)
      console.log(`${host} ${port}: ${line}`)
      return
    } catch (error) {
      if (Date.now() - began > patience)
        throw new Error(`${host} ${port}: ${error.message}`, { cause: error })
      await new Promise(done => setTimeout(done, 500))
    }
  }
}

if (listeners.length === 0) console.log('no listener is known to the chart; see test.listeners')
Promise.all(listeners.map(check)).catch(error => {
  console.error(error.message)
  process.exitCode = 1
})
