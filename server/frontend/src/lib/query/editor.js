// CodeMirror over the query's plain text field, which stays the field of the form.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { HighlightStyle, bracketMatching, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintKeymap, setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState, Prec } from "@codemirror/state";
import { EditorView, drawSelection, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { SparqlLanguage } from "codemirror-lang-sparql";
import { element, still } from "../page.js";

const LOOK = EditorView.theme({
  "&": { height: "100%", color: "var(--ink)", backgroundColor: "var(--raised)", fontSize: "0.9rem" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "-1px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.5" },
  ".cm-content": { caretColor: "var(--ink)", padding: "0.6rem 0" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { background: "color-mix(in srgb, var(--accent) 28%, transparent)" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--accent) 6%, transparent)" },
  ".cm-gutters": { color: "var(--soft)", backgroundColor: "var(--code)", border: "0", borderRight: "1px solid var(--line)" },
  ".cm-tooltip": { color: "var(--ink)", backgroundColor: "var(--raised)", border: "1px solid var(--edge)", borderRadius: "4px", boxShadow: "0 2px 10px rgb(0 0 0 / 18%)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", maxHeight: "16em" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.2rem 0.6rem", minHeight: "24px" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { background: "var(--accent)", color: "var(--paper)" },
  ".cm-completionDetail": { fontFamily: "var(--sans)", fontStyle: "normal", opacity: "0.85", marginLeft: "0.8em" },
  ".cm-completionInfo": { maxWidth: "24rem", padding: "0.5rem 0.7rem", fontFamily: "var(--sans)", whiteSpace: "normal" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--warn)" },
  ".cm-matchingBracket": { backgroundColor: "var(--accent-soft)", outline: "1px solid var(--edge)" },
  "@media (forced-colors: active)": { "&.cm-focused": { outlineColor: "Highlight" } },
});
const COLOURS = HighlightStyle.define([
  { tag: tags.comment, color: "var(--soft)", fontStyle: "italic" },
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword, tags.definitionKeyword], color: "var(--accent)", fontWeight: "600" },
  { tag: [tags.string, tags.literal, tags.number, tags.bool], color: "var(--warn)" },
  { tag: [tags.variableName, tags.special(tags.variableName)], color: "var(--variable)" },
]);

/**
 * Type over a selection ourselves: Chromium would keep the look of what was selected in a style
 * attribute, which the Content-Security-Policy refuses.
 */
const TYPING = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { from, to, empty } = view.state.selection.main;
    if (event.inputType !== "insertText" || !event.data || empty || view.composing) return false;
    event.preventDefault();
    const text = event.data;
    const insert = () => view.state.update({ changes: { from, to, insert: text }, selection: { anchor: from + text.length }, userEvent: "input.type", scrollIntoView: true });
    if (!view.state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, text, insert))) view.dispatch(insert());
    return true;
  },
});

/**
 * Put an editor in place of a text field; what is written goes on into the field. It asks
 * `complete` what may come next, and waits for it where it does not know yet.
 *
 * It lives in a shadow root: there its styles are adopted sheets, which the
 * Content-Security-Policy allows, where it would refuse a style element.
 */
export function edit(field, label, run, changed, complete) {
  const host = element("div", { class: "editor" });
  host.style.height = `${field.offsetHeight}px`;
  const [writing, anchor, head] = [document.activeElement === field, field.selectionStart, field.selectionEnd];
  field.before(host);
  field.hidden = true;
  const shadow = host.attachShadow({ mode: "open", delegatesFocus: true });
  const indenting = new Compartment();
  const view = new EditorView({
    root: shadow,
    parent: shadow,
    state: EditorState.create({
      doc: field.value,
      extensions: [
        Prec.highest(keymap.of([{ key: "Mod-Enter", run: () => (run(), true) }])),
        lineNumbers(),
        highlightActiveLine(),
        history(),
        drawSelection({ cursorBlinkRate: still ? 0 : 1200 }),
        bracketMatching(),
        closeBrackets(),
        SparqlLanguage,
        syntaxHighlighting(COLOURS),
        indentUnit.of("  "),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", autocapitalize: "off" }),
        autocompletion({ override: [complete], icons: false, activateOnTypingDelay: 120 }),
        indenting.of([]),
        keymap.of([...closeBracketsKeymap, ...completionKeymap, ...lintKeymap, ...historyKeymap, ...defaultKeymap]),
        TYPING,
        LOOK,
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          field.value = update.state.doc.toString();
          changed();
        }),
      ],
    }),
  });
  if (writing) {
    view.dispatch({ selection: { anchor, head } });
    view.focus();
  }
  const at = (line, column) => {
    const found = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
    return Math.min(found.from + column - 1, found.to);
  };
  return {
    view,
    /** Put another text into the editor; undoing brings the old one back. */
    write(text) {
      if (text !== view.state.doc.toString()) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    /** Have Tab indent, or move on as it does everywhere. */
    indent: (wanted) => view.dispatch({ effects: indenting.reconfigure(wanted ? keymap.of([indentWithTab]) : []) }),
    /** Mark faults, and no others, each from its place to the end of the word. */
    mark(faults) {
      const found = faults.filter(({ line }) => line).map(({ line, column = 1, detail, severity = "error" }) => {
        const from = at(line, column);
        const rest = view.state.doc.sliceString(from, view.state.doc.lineAt(from).to);
        const length = /^[^\s{}();,]+/.exec(rest)?.[0].length ?? Math.min(rest.length, 1);
        return { from: length || !from ? from : from - 1, to: from + length, severity, message: detail };
      });
      view.dispatch(setDiagnostics(view.state, found));
    },
    /** Go to a place. */
    go(line, column) {
      view.dispatch({ selection: { anchor: at(line, column) }, scrollIntoView: true });
      view.focus();
    },
  };
}
