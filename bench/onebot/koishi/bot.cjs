// A bot on Koishi that does what ours does at a check-in: it keeps the day of each person in each group, and answers each.
const { App, h } = require('koishi')
const http = require('@koishijs/plugin-http')
const server = require('@koishijs/plugin-server')
const onebot = require('koishi-plugin-adapter-onebot')
const sqlite = require('@minatojs/driver-sqlite')

const pick = (m) => m.default ?? m
const app = new App({ prefix: [''], autoAssign: true, autoAuthorize: 1, minSimilarity: 1 })
app.plugin(pick(http))
app.plugin(pick(server), { host: '127.0.0.1', port: 0, maxPort: 0 })
app.plugin(pick(sqlite), { path: 'koishi.db' })
app.plugin(pick(onebot), { selfId: '10000', protocol: 'ws', endpoint: process.env.URL, token: '' })
app.plugin({
  name: 'checkin',
  inject: ['database'],
  apply(ctx) {
    ctx.model.extend('checkin', { group: 'string', user: 'string', day: 'unsigned', at: 'timestamp', streak: 'unsigned' }, { primary: ['group', 'user', 'day'] })
    ctx.command('打卡').action(async ({ session }) => {
      const day = Math.floor(Date.now() / 86400000)
      const where = { group: session.guildId, user: session.userId }
      const [had] = await ctx.database.get('checkin', { ...where, day })
      if (had) return h.at(session.userId) + ' 今天已经打过卡啦'
      const [last] = await ctx.database.get('checkin', { ...where, day: day - 1 })
      const streak = (last?.streak ?? 0) + 1
      await ctx.database.create('checkin', { ...where, day, at: new Date(), streak })
      return h.at(session.userId) + ` 打卡成功！连续第 ${streak} 天`
    })
  },
})
app.start()
