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

// Every table by the client's own method; what is asked for is how many records each has.
const TABLES = {
  CompanyAPI: ['getCompanyCompaniesTypes', 'getCompanyCompaniesStatuses'],
  FinanceAPI: [
    'getFinanceBillingStatuses', 'getFinanceBillingTerms', 'getFinanceTaxCodes', 'getFinanceGlAccounts',
    'getFinanceGlAccountsMappedTypes', 'getFinanceGlCaptions', 'getFinanceAccountingPackageSetup',
    'getFinanceAgreementsTypes',
  ],
  TimeAPI: ['getTimeWorkRoles', 'getTimeWorkTypes'],
  ExpenseAPI: ['getExpenseTypes'],
  ProcurementAPI: ['getProcurementCatalog'],
  SystemAPI: ['getSystemLocations', 'getSystemDepartments', 'getSystemMembers'],
  ServiceAPI: ['getServiceBoards'],
}

async function tables(api) {
  const found = {}
  for (const [module, methods] of Object.entries(TABLES)) {
    for (const method of methods) {
      found[method] = (await api[module][method]({ pageSize: 1000 })).length
    }
  }
  return found
}

// An invoice with a line of each kind.
async function billed(api, company) {
  const { id } = await api.FinanceAPI.postFinanceInvoices({ type: 'Standard', company: { id: company.id } })
  const named = { invoice: { id }, billableOption: 'Billable' }
  const ticket = await api.ServiceAPI.postServiceTickets({ summary: 'Printer', company: { id: company.id }, board: { id: 1 } })
  const worked = { timeStart: '2026-11-02T09:00:00Z', timeEnd: '2026-11-02T11:30:00Z', workRole: { id: 1 } }
  await api.TimeAPI.postTimeEntries({ ...named, ...worked, ticket: { id: ticket.id }, hourlyCost: '45.00' })
  const spent = { type: { id: 1 }, amount: 40.1, date: '2026-11-02T00:00:00Z' }
  await api.ExpenseAPI.postExpenseEntries({ ...named, ...spent })
  const item = { catalogItem: { id: 1 }, quantity: 3, price: 20 }
  const product = await api.ProcurementAPI.postProcurementProducts({ ...named, ...item })
  await api.ProcurementAPI.patchProcurementProductsById(product.id, replace('discount', 10))
  return id
}

async function lines(api, id) {
  const asked = { conditions: `invoice/id in (${id},1)` }
  const [time] = await api.TimeAPI.getTimeEntries(asked)
  const [expense] = await api.ExpenseAPI.getExpenseEntries(asked)
  const [product] = await api.ProcurementAPI.getProcurementProducts(asked)
  const { serviceTotal, expenseTotal, productTotal, total } = await api.FinanceAPI.getFinanceInvoicesById(id)
  const info = await api.FinanceAPI.getFinanceInfoInvoiceById(id)
  return {
    amounts: [time.extendedInvoiceAmount, expense.invoiceAmount, product.extPrice],
    hourlyCost: time.hourlyCost,
    totals: [serviceTotal, expenseTotal, productTotal, total],
    inOne: [info.timeEntries.length, info.expenses.length, info.products.length],
    noNull: await refusal(api.TimeAPI.getTimeEntries({ conditions: 'invoice = null' })),
  }
}

async function agreement(api, company) {
  const finance = api.FinanceAPI
  const sent = { name: 'Care', type: { id: 1 }, company: { id: company.id }, contact: { id: 7 }, billAmount: 500 }
  const made = await finance.postFinanceAgreements(sent)
  const addition = { product: { id: 3 }, billCustomer: 'Billable', quantity: 10, lessIncluded: 2 }
  const added = await finance.postFinanceAgreementsByParentIdAdditions(made.id, addition)
  const listed = await finance.getFinanceAgreementsByParentIdAdditions(made.id, {})
  return { type: made.type.name, billed: [added.billedQuantity, added.extPrice], additions: listed.length }
}

// Close, preview, post, read what was posted, and take it back.
async function accounting(api, id) {
  const finance = api.FinanceAPI
  await finance.patchFinanceInvoicesById(id, replace('status', { id: 3 }))
  const [row] = await finance.getFinanceAccountingUnpostedinvoices({ conditions: `billingLogId = ${id}` })
  const wanted = { exportInvoicesFlag: true, includedInvoiceIds: [id] }
  const [transaction] = (await finance.postFinanceAccountingExport(wanted)).transactions
  const ids = [...transaction.glEntryIds.split(',').map(Number), ...transaction.detail.map((part) => part.id)]
  const sent = { exportInvoicesFlag: true, batchIdentifier: 'NODE-1' }
  const part = await refusal(finance.postFinanceAccountingBatches({ ...sent, processedRecordIds: ids.slice(1) }))
  await finance.postFinanceAccountingBatches({ ...sent, processedRecordIds: ids })
  const [batch] = await finance.getFinanceAccountingBatches({ conditions: 'batchIdentifier = "NODE-1"' })
  const entries = await finance.getFinanceAccountingBatchesByParentIdEntries(batch.id, {})
  const again = await finance.postFinanceAccountingBatchesByIdExport(batch.id, {})
  const { glBatch } = await finance.getFinanceInvoicesById(id)
  const locked = await refusal(finance.patchFinanceInvoicesById(id, replace('status', { id: 1 })))
  const waiting = () => finance.getFinanceAccountingUnpostedinvoicesCount({ conditions: `billingLogId = ${id}` })
  const left = await waiting()
  await finance.deleteFinanceAccountingBatchesById(batch.id)
  return {
    ownId: row.id !== id,
    total: transaction.total,
    details: transaction.detail.map(({ glTypeId, total }) => [glTypeId, total]),
    part,
    posted: glBatch.name,
    exportedAgain: again.transactions.length,
    locked,
    left,
    takenBack: await waiting(),
    balanced: Number(entries.reduce((sum, { debit, credit }) => sum + debit - credit, 0).toFixed(2)),
  }
}

async function merge(api, gone, kept) {
  const { success } = await api.CompanyAPI.postCompanyCompaniesByIdMerge(gone, { toCompanyId: kept })
  return { success, gone: await refusal(api.CompanyAPI.getCompanyCompaniesById(gone)) }
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
  const changed = await api.FinanceAPI.getFinanceInvoicesCount({ conditions: since })
  const bill = await billed(api, company)
  return {
    tables: await tables(api),
    lines: await lines(api, bill),
    reports: (await api.SystemAPI.getSystemReports()).length,
    printed: String(await api.FinanceAPI.getFinanceInvoicesByIdPdf(bill)).slice(0, 5),
    agreement: await agreement(api, company),
    accounting: await accounting(api, bill),
    merge: await merge(api, company.id - 1, company.id),
    isCloud: info.isCloud,
    paged: pages.map((found) => found.identifier),
    company,
    closed: closed.status.isClosed,
    changed,
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
