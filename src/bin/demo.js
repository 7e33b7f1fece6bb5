// Read by a Node of any age: it says which one is needed before anything newer is loaded.
var postern = /^(\d+)/.exec(process.versions.node)
if (Number(postern[1]) >= 26) {
  void import('./demo.ts')
} else {
  process.stderr.write(
    'postern needs Node.js 26 or newer, this is ' +
      process.versions.node +
      ': npm start brings its own\n',
  )
  process.exitCode = 1
}
