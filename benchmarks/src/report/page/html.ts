/** Text that is HTML already. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** `undefined` and `false` leave nothing. */
type Value = Html | string | number | false | readonly Value[] | undefined;

/** Makes HTML of a template; whatever is put in is escaped, unless it is Html. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  const parts = strings.map((part, index) => (index === 0 ? part : asText(values[index - 1]) + part));
  return new Html(parts.join(''));
}

function asText(value: Value): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(asText).join('');
  return escape(String(value));
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** A script or style that is in the page: its end tag must not occur in it. */
export function inline(code: string): Html {
  return new Html(code.replaceAll(/<\/(script|style)/gi, '<\\/$1'));
}

/** JSON in a script element: `<` would let it end, or begin a comment. */
export function inlineJson(value: unknown): Html {
  return new Html(JSON.stringify(value).replaceAll('<', '\\u003c'));
}
