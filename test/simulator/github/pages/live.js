// Keeps an open page up to date without losing what somebody is typing or has unfolded.
const since = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const steps = [
  ['second', 60],
  ['minute', 60],
  ['hour', 24],
  ['day', 365],
]

function tellTimes() {
  for (const element of document.querySelectorAll('time')) {
    let value = (Date.parse(element.dateTime) - Date.now()) / 1000
    let unit = 'second'
    for (const [name, size] of steps) {
      unit = name
      if (Math.abs(value) < size) break
      value /= size
    }
    element.textContent = Math.abs(value) < 5 && unit === 'second' ? 'just now' : since.format(Math.round(value), unit)
  }
}

function unfolded() {
  const all = [...document.querySelectorAll('main details')]
  return new Map(all.map((details, index) => [details.id || `${index}`, details.open]))
}

async function refresh() {
  const answer = await fetch('/-/version')
  const version = await answer.text()
  if (version === document.body.dataset.version) return
  const next = new DOMParser().parseFromString(await (await fetch(location.href)).text(), 'text/html')
  const open = unfolded()
  const texts = new Map([...document.querySelectorAll('main textarea, main input[name=title]')].map(one => [one.form?.action + one.name, one.value]))
  const focus = document.activeElement?.form?.action + document.activeElement?.name
  document.querySelector('main').replaceWith(next.querySelector('main'))
  const tabs = document.querySelector('.repository')
  if (tabs && next.querySelector('.repository')) tabs.replaceWith(next.querySelector('.repository'))
  for (const [index, details] of [...document.querySelectorAll('main details')].entries()) {
    const was = open.get(details.id || `${index}`)
    if (was !== undefined) details.open = was
  }
  for (const one of document.querySelectorAll('main textarea, main input[name=title]')) {
    const text = texts.get(one.form?.action + one.name)
    if (text) one.value = text
    if (one.form?.action + one.name === focus) one.focus()
  }
  document.title = next.title
  document.body.dataset.version = version
  tellTimes()
}

document.querySelector('.acting select')?.addEventListener('change', event => event.target.form.submit())
tellTimes()
setInterval(tellTimes, 15_000)
setInterval(() => refresh().catch(() => undefined), 1500)
