// Sends what the clients ask of qq.com to the box over plain HTTP; their code stays as it is.
'use strict'
const http = require('node:http')
const https = require('node:https')

const [host, port] = process.env.BOX.split(':')
const real = https.request

https.request = function (options, callback) {
  if (typeof options === 'string' || options instanceof URL) return real.apply(this, arguments)
  const name = options.hostname || options.host || ''
  if (!/(^|\.)(qq|weixin\.qq)\.com$/.test(name)) return real.apply(this, arguments)
  const headers = { ...options.headers, Host: name }
  return http.request({ ...options, protocol: 'http:', agent: undefined, agents: undefined, hostname: host, host, port: Number(port), headers }, callback)
}
