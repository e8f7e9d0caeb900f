// The one script of the pages: unfolds objects, searches while one types, and goes from object to object by keys. Everything that
// is to be read is there without it.

const objects = document.querySelector('.objects')
const form = document.querySelector('form.filter')
const help = document.querySelector('.keys')

/** Objects as they stand on the page; those that the search has hidden are left out. */
const shown = () => [...document.querySelectorAll('details.change:not([hidden])')]

// What is inside a folded object comes when it is unfolded, or a moment before.

const loading = new WeakMap()

function load(row) {
  const inside = row.querySelector('.inside')
  const link = inside.firstElementChild
  if (!link?.matches('a.more')) return Promise.resolve()
  const address = link.href
  const known = loading.get(row)
  if (known) return known
  const loaded = fetch(`${address}&part`, { credentials: 'same-origin', redirect: 'error' })
    .then(async answer => {
      if (answer.status === 401) return problem(inside, 'You are signed out.', 'Sign in again', location.href)
      if (!answer.ok) throw new Error(String(answer.status))
      // From our own server, which has escaped it; no script in it would run, by the page's policy.
      inside.innerHTML = await answer.text()
    })
    .catch(() => {
      loading.delete(row)
      problem(inside, 'It did not come.', 'Open it on a page of its own', address)
    })
  loading.set(row, loaded)
  return loaded
}

function problem(inside, text, label, address) {
  const link = document.createElement('a')
  link.className = 'more'
  link.href = address
  link.textContent = `${text} ${label}`
  inside.replaceChildren(link)
}

/** Where all are unfolded at once, each comes when it is near the window. */
let many = false
objects?.addEventListener('toggle', event => event.target.open && !many && load(event.target), true)
objects?.addEventListener('pointerover', event => {
  const row = event.target.closest?.('details.change')
  if (row && event.target.closest('summary')) load(row)
})
objects?.addEventListener('focusin', event => {
  const row = event.target.closest?.('details.change')
  if (row && event.target.matches('summary')) load(row)
})

/** Unfolds what is near the window; the rest when it comes near. */
const nearby = new IntersectionObserver(
  entries => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) load(target)
  },
  { rootMargin: '800px' },
)

/** An address may name an object that is still folded. */
function showNamed() {
  const named = document.getElementById(location.hash.slice(1))
  if (!named?.matches('details.change')) return
  named.open = true
  named.querySelector('summary').focus({ preventScroll: true })
  load(named).then(() => named.scrollIntoView({ block: 'start' }))
}
addEventListener('hashchange', showNamed)
showNamed()

// Search and filters.

const output = form?.querySelector('output')
const wait = 200
let timer
let asked

/** On a page that shows only some of the objects already, the form is sent as it is. */
const isWhole = output && !('filtered' in output.dataset)

function wanted() {
  const fields = new FormData(form)
  return {
    words: form.elements.q.value.toLowerCase().split(/\s+/).filter(Boolean),
    action: fields.get('action'),
    risk: fields.get('risk'),
    origin: fields.get('origin'),
  }
}

function fits({ dataset }, { action, risk, origin }) {
  if (action && dataset.action !== action) return false
  if (risk === 'any' && !dataset.risk) return false
  if (risk === 'medium' && dataset.risk !== 'medium' && dataset.risk !== 'high') return false
  if (risk === 'high' && dataset.risk !== 'high') return false
  if (origin === 'drift') return dataset.origin !== undefined
  return origin !== 'pull-request' || dataset.origin !== 'drift'
}

async function filter() {
  const by = wanted()
  asked?.abort()
  const question = new AbortController()
  asked = question
  let found = null
  if (by.words.length > 0) {
    output.textContent = 'Searching …'
    try {
      const query = new URLSearchParams({ q: by.words.join(' ') })
      const answer = await fetch(`/plans/${objects.dataset.plan}/matches?${query}`, {
        signal: question.signal,
        redirect: 'error',
      })
      if (!answer.ok) throw new Error(String(answer.status))
      found = new Set(await answer.json())
    } catch {
      if (question.signal.aborted) return
      output.textContent = 'The search did not work: press Enter to try it on a new page.'
      return
    }
  }
  let count = 0
  let total = 0
  for (const section of objects.querySelectorAll('section.application')) {
    let inSection = 0
    let drift = null
    for (const row of section.children) {
      if (row.matches('h3')) drift = row
      if (!row.matches('details.change')) continue
      total += 1
      const isShown = fits(row, by) && (found === null || found.has(row.id.slice(1)))
      if (row.hidden === isShown) row.hidden = !isShown
      if (!isShown) continue
      inSection += 1
      if (drift) drift.dataset.used = ''
    }
    const all = found === null && !by.action && !by.risk && !by.origin
    section.hidden = !all && inSection === 0
    for (const heading of section.querySelectorAll('h3')) {
      heading.hidden = !all && !('used' in heading.dataset)
      delete heading.dataset.used
    }
    count += inSection
  }
  const objectsOf = amount => `${amount} object${amount === 1 ? '' : 's'}`
  output.textContent = count === total ? objectsOf(total) : `${count} of ${objectsOf(total)}`
  remember()
}

/** The address shows what is shown, for whoever it is sent to. */
function remember() {
  const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ''))
  history.replaceState(null, '', `?${query}${location.hash}`)
}

if (isWhole) {
  form.querySelector('button').hidden = true
  form.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(filter, wait)
  })
  form.addEventListener('submit', event => {
    if (output.textContent.startsWith('The search')) return
    event.preventDefault()
    clearTimeout(timer)
    void filter().then(() => focusOn(shown()[0]))
  })
} else form?.addEventListener('change', event => event.target.matches('select') && form.requestSubmit())

// Keys.

let on = true
try {
  on = localStorage.getItem('plumbline-keys') !== 'off'
} catch {
  // Some browsers keep nothing: then they are on.
}

const smooth = matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth'

function focusOn(row) {
  if (!row) return
  row.querySelector('summary').focus({ preventScroll: true })
  row.scrollIntoView({ block: 'nearest', behavior: smooth })
}

function step(by) {
  const rows = shown()
  const at = rows.indexOf(document.activeElement?.closest('details.change'))
  if (at >= 0) return focusOn(rows[at + by])
  // From where one reads, when nothing has the focus.
  const below = rows.findIndex(row => row.getBoundingClientRect().bottom > 80)
  focusOn(rows[below < 0 ? rows.length - 1 : by < 0 ? Math.max(0, below - 1) : below])
}

function stepSection(by) {
  const sections = [...document.querySelectorAll('section.application:not([hidden])')]
  const at = sections.findLastIndex(section => section.getBoundingClientRect().top < 60)
  const next = sections[Math.max(0, at + by)]
  if (!next) return
  next.scrollIntoView({ block: 'start', behavior: smooth })
  next.querySelector('details.change:not([hidden]) > summary')?.focus({ preventScroll: true })
}

function unfoldAll() {
  const rows = shown()
  const open = rows.some(row => !row.open)
  many = open
  // The events of unfolding come a moment later.
  setTimeout(() => (many = false), 1000)
  for (const row of rows) {
    if (open && row.querySelector('a.more')) nearby.observe(row)
    row.open = open
  }
}

const keys = {
  j: () => step(1),
  k: () => step(-1),
  n: () => stepSection(1),
  p: () => stepSection(-1),
  e: unfoldAll,
  '/': () => form?.querySelector('[name=q]').focus(),
  '?': () => {
    help.open = !help.open
    help.querySelector('summary').focus()
  },
}

addEventListener('keydown', event => {
  const { target } = event
  if (event.key === 'Escape' && target.matches?.('input[type=search]')) return target.blur()
  if (!on || event.ctrlKey || event.metaKey || event.altKey || target.matches?.('input, select, textarea')) return
  const act = keys[event.key]
  if (!act || !objects) return
  event.preventDefault()
  act()
})

if (help) {
  help.hidden = false
  const box = help.querySelector('input')
  box.checked = on
  box.addEventListener('change', () => {
    on = box.checked
    try {
      localStorage.setItem('plumbline-keys', on ? 'on' : 'off')
    } catch {
      // Then it holds for this page.
    }
  })
}
