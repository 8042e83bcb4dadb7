// Walks the ConnectWise sandbox with the npm package connectwise-rest, unchanged: only its host is ours.
// Takes: the sandbox's ready line as its one argument. Prints: what it saw, as one JSON line.
'use strict'

const { createServer } = require('node:http')
const { ManageAPI, utils } = require('connectwise-rest')

const ready = JSON.parse(process.argv[2])
const options = {
  companyId: ready.company_id,
  publicKey: ready.public_key,
  privateKey: ready.private_key,
  clientId: ready.client_id,
  companyUrl: new URL(ready.site_url).host,
  logger: () => {},
}

const replace = (path, value) => [{ op: 'replace', path, value }]

async function refusal(promise) {
  try {
    await promise
  } catch (error) {
    return { status: error.status, code: error.data?.code, inner: error.data?.errors?.[0]?.code }
  }
  return null
}

// Receives one callback and keeps its raw body and signature.
function receiver() {
  const arrived = new Promise((resolve) => {
    const server = createServer((request, response) => {
      let raw = ''
      request.on('data', (part) => (raw += part))
      request.on('end', () => {
        response.writeHead(204).end()
        server.close()
        resolve({ raw, url: request.url, signature: request.headers['x-content-signature'] })
      })
    })
    server.listen(0, '127.0.0.1', () => arrived.open(`http://127.0.0.1:${server.address().port}/?recordId=`))
  })
  const opened = new Promise((resolve) => (arrived.open = resolve))
  return { arrived, opened }
}

async function callback(api, company) {
  const { arrived, opened } = receiver()
  const entry = { url: await opened, objectId: 0, type: 'invoice', level: 'owner' }
  const created = await api.SystemAPI.postSystemCallbacks(entry)
  const again = await refusal(api.SystemAPI.postSystemCallbacks(entry))
  await api.FinanceAPI.postFinanceInvoices({ type: 'Standard', company: { id: company.id }, serviceTotal: 1.5 })
  const { raw, url, signature } = await arrived
  const body = JSON.parse(raw)
  const key = (await (await fetch(body.Metadata.key_url)).json()).signing_key
  await api.SystemAPI.deleteSystemCallbacksById(created.id)
  return {
    objectId: created.objectId,
    again,
    query: url,
    action: body.Action,
    verified: utils.Callback.verifyMessage(body, signature, key),
    forged: utils.Callback.verifyMessage({ ...body, ID: body.ID + 1 }, signature, key),
  }
}

async function payment(api, invoice) {
  const finance = api.FinanceAPI
  const sent = { type: 'P', amount: 60.1, paymentDate: '2026-11-01T00:00:00Z' }
  const row = await finance.postFinanceInvoicesByParentIdPayments(invoice.id, sent)
  const second = await refusal(finance.postFinanceInvoicesByParentIdPayments(invoice.id, sent))
  await finance.patchFinanceInvoicesByParentIdPaymentsById(row.id, invoice.id, replace('amount', 100.35))
  const rows = await finance.getFinanceInvoicesByParentIdPayments(invoice.id, {})
  const paid = await finance.getFinanceInvoicesById(invoice.id)
  return { second, rows: rows.map(({ type, amount, paymentDate }) => ({ type, amount, paymentDate })), balance: paid.balance }
}

async function walk() {
  const api = new ManageAPI(options)
  const info = await api.SystemAPI.getSystemInfo()
  for (let n = 1; n <= 5; n++) {
    await api.CompanyAPI.postCompanyCompanies({ identifier: `node${n}`, name: `Node ${n}`, accountNumber: `N${n}` })
  }
  const pages = await api.paginate(
    api.CompanyAPI.getCompanyCompanies,
    { pageSize: 2 },
    { conditions: 'identifier like "node*"', orderBy: 'id desc' },
  )
  const [company] = await api.CompanyAPI.getCompanyCompanies({ conditions: "identifier = 'node3'", fields: 'id,name' })
  const made = { type: 'Miscellaneous', company: { id: company.id }, serviceTotal: 100.35 }
  const invoice = await api.FinanceAPI.postFinanceInvoices(made)
  const closed = await api.FinanceAPI.patchFinanceInvoicesById(invoice.id, replace('status', { id: 3 }))
  const since = `lastUpdated >= [${invoice._info.lastUpdated}] and status/isClosed = true`
  return {
    isCloud: info.isCloud,
    paged: pages.map((found) => found.identifier),
    company,
    closed: closed.status.isClosed,
    changed: await api.FinanceAPI.getFinanceInvoicesCount({ conditions: since }),
    payment: await payment(api, invoice),
    unknownName: await refusal(api.FinanceAPI.getFinanceInvoices({ conditions: 'invoiceDate > [2026-01-01T00:00:00Z]' })),
    missing: await refusal(api.FinanceAPI.getFinanceInvoicesById(999999)),
    strangers: await refusal(new ManageAPI({ ...options, privateKey: 'wrong' }).SystemAPI.getSystemInfo()),
    callback: await callback(api, company),
  }
}

walk().then(
  (seen) => process.stdout.write(JSON.stringify(seen) + '\n'),
  (error) => {
    process.stderr.write(`${error.stack ?? JSON.stringify(error)}\n`)
    process.exitCode = 1
  },
)
