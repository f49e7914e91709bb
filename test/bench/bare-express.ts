import express from 'express'

/** The baseline of the ingress: Express answers 202 and looks at nothing. `PORT` says where. */
const app = express()
app.post('/webhooks/:store', (_, response) => void response.status(202).json({ accepted: true }))
app.get('/ready', (_, response) => void response.json({ ready: true }))
app.listen(Number(process.env['PORT']), '127.0.0.1')
process.once('SIGTERM', () => process.exit(0))
