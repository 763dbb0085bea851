// A query as a command or program that asks it: each text ready to paste and run.
const shell = (text) => `'${text.replaceAll("'", "'\\''")}'`;
// JSON's strings are JavaScript's, and those of Python and R but for surrogate pairs and U+2028.
const quoted = (text) => JSON.stringify(text);
const pairs = (fields) => Object.entries(fields);

const python = (text) => quoted(text).replace(/\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})/g, (whole) => JSON.parse(`"${whole}"`));
const r = (text) => python(text).replaceAll("\\/", "/").replaceAll("\\b", "\\x08").replaceAll("\\f", "\\x0c");

const CODES = {
  curl: (endpoint, fields, graph) =>
    [`curl ${shell(endpoint)}`, `-H 'Accept: ${graph ? "text/turtle" : "text/csv"}'`, ...pairs(fields).map(([name, value]) => `--data-urlencode ${shell(`${name}=${value}`)}`)].join(" \\\n  ") + "\n",
  python: (endpoint, fields, graph) =>
    graph
      ? `from urllib.parse import urlencode\nfrom urllib.request import Request, urlopen\n\nfields = {${dict(fields, python)}}\nrequest = Request(${python(endpoint)}, urlencode(fields).encode(), {"Accept": "text/turtle"})\nturtle = urlopen(request).read().decode()\nprint(turtle)\n`
      : `from io import BytesIO\nfrom urllib.parse import urlencode\nfrom urllib.request import Request, urlopen\n\nimport pandas as pd\n\nfields = {${dict(fields, python)}}\nrequest = Request(${python(endpoint)}, urlencode(fields).encode(), {"Accept": "text/csv"})\nanswer = pd.read_csv(BytesIO(urlopen(request).read()))\nprint(answer)\n`,
  r: (endpoint, fields, graph) =>
    `library(httr2)\n\nanswer <- request(${r(endpoint)}) |>\n  req_headers(Accept = "${graph ? "text/turtle" : "text/csv"}") |>\n  req_body_form(${pairs(fields).map(([name, value]) => `\`${name}\` = ${r(value)}`).join(", ")}) |>\n  req_perform() |>\n  resp_body_string()\n` +
    (graph ? "cat(answer)\n" : "answer <- read.csv(text = answer)\nprint(answer)\n"),
  javascript: (endpoint, fields, graph) =>
    `const response = await fetch(${quoted(endpoint)}, {\n  method: "POST",\n  headers: { Accept: "${graph ? "text/turtle" : "application/sparql-results+json"}" },\n  body: new URLSearchParams({${dict(fields, quoted)}}),\n});\n` +
    (graph ? "console.log(await response.text());\n" : "const { results } = await response.json();\nconsole.table(results.bindings);\n"),
};
export const LANGUAGES = Object.keys(CODES);

const dict = (fields, quote) => pairs(fields).map(([name, value]) => ` ${quote(name)}: ${quote(value)}`).join(",") + " ";

/** Return the program in a language that asks `fields` (query and more) of an endpoint. */
export const code = (name, endpoint, fields, graph) => CODES[name](endpoint, fields, graph);

/** Put a text on the clipboard; where the browser refuses, say so by false. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "aside";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}
