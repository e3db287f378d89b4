package notify

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// textOfHTML is what there is to read in HTML, without its looks: paragraphs, lists, the cells of tables, what stands
// for pictures, and where links lead. It is empty where there is nothing to read.
func textOfHTML(page string) string {
	reading := htmlReading{tokens: html.NewTokenizer(strings.NewReader(page))}
	for reading.next() {
	}
	var kept []string
	for line := range strings.SplitSeq(reading.text.String(), "\n") {
		line = strings.TrimRight(line, " ")
		if line != "" || len(kept) > 0 && kept[len(kept)-1] != "" {
			kept = append(kept, line)
		}
	}
	return strings.TrimRight(strings.Join(kept, "\n"), "\n")
}

// htmlReading goes through HTML from its beginning to its end. It builds no tree, so that HTML of any depth takes no
// more than its length.
type htmlReading struct {
	tokens *html.Tokenizer
	text   strings.Builder
	link   string // that is open
	linked int    // where its text begins
	hidden bool   // what comes next is not for readers
	exact  bool   // its blanks count
}

// next reads one token; it is false at the end.
func (r *htmlReading) next() bool {
	switch r.tokens.Next() {
	case html.ErrorToken:
		return false
	case html.TextToken:
		r.say(r.tokens.Token().Data)
	case html.StartTagToken, html.SelfClosingTagToken:
		r.open(r.tokens.Token())
	case html.EndTagToken:
		r.close(r.tokens.Token().DataAtom)
	}
	return true
}

// paragraphs is between two of them.
const paragraphs = "\n\n"

// partedBy is how an element is parted from what stands around it.
var partedBy = map[atom.Atom]string{
	atom.P: paragraphs, atom.H1: paragraphs, atom.H2: paragraphs, atom.H3: paragraphs, atom.H4: paragraphs,
	atom.H5: paragraphs, atom.H6: paragraphs, atom.Table: paragraphs, atom.Ul: paragraphs, atom.Ol: paragraphs,
	atom.Blockquote: paragraphs, atom.Pre: paragraphs, atom.Hr: paragraphs, atom.Dl: paragraphs,
	atom.Div: "\n", atom.Li: "\n", atom.Tr: "\n", atom.Br: "\n", atom.Section: "\n", atom.Article: "\n",
	atom.Header: "\n", atom.Footer: "\n", atom.Dt: "\n", atom.Dd: "\n", atom.Form: "\n", atom.Body: "\n",
	atom.Td: "  ", atom.Th: "  ",
}

func (r *htmlReading) open(element html.Token) {
	r.part(partedBy[element.DataAtom])
	switch element.DataAtom {
	case atom.Script, atom.Style, atom.Title:
		r.hidden = element.Type == html.StartTagToken
	case atom.Pre:
		r.exact = true
	case atom.Li:
		r.text.WriteString("- ")
	case atom.Img:
		r.say(attribute(element, "alt"))
	case atom.A:
		r.endLink()
		r.link, r.linked = attribute(element, "href"), r.text.Len()
	}
}

func (r *htmlReading) close(element atom.Atom) {
	switch element {
	case atom.Script, atom.Style, atom.Title:
		r.hidden = false
	case atom.Pre:
		r.exact = false
	case atom.A:
		r.endLink()
	}
	r.part(partedBy[element])
}

// endLink says where a link leads, unless its text does.
func (r *htmlReading) endLink() {
	target := strings.TrimPrefix(r.link, "mailto:")
	leads := strings.HasPrefix(target, "https://") || strings.HasPrefix(target, "http://") || target != r.link
	said := r.text.String()[r.linked:]
	if leads && !strings.Contains(said, target) {
		if strings.TrimSpace(said) != "" {
			target = "(" + target + ")"
		}
		r.part(" ")
		r.text.WriteString(target)
	}
	r.link, r.linked = "", r.text.Len()
}

// say adds a text. Blanks that do not count are one.
func (r *htmlReading) say(said string) {
	words := strings.Join(strings.Fields(said), " ")
	switch {
	case r.hidden:
	case r.exact:
		r.text.WriteString(said)
	case words == "":
		r.part(strings.Repeat(" ", min(1, len(said))))
	default:
		if strings.TrimLeftFunc(said, unicode.IsSpace) != said {
			r.part(" ")
		}
		r.text.WriteString(words)
		if strings.TrimRightFunc(said, unicode.IsSpace) != said {
			r.part(" ")
		}
	}
}

// part ends what was said with blanks or the ends of lines, unless it ends so already.
func (r *htmlReading) part(by string) {
	text := r.text.String()
	switch {
	case by == "" || text == "" || r.hidden:
	case by[0] != '\n' && !strings.HasSuffix(text, " ") && !strings.HasSuffix(text, "\n"):
		r.text.WriteString(by)
	case by[0] == '\n' && !strings.HasSuffix(text, by):
		r.text.WriteString(by)
	}
}

func attribute(element html.Token, name string) string {
	for _, one := range element.Attr {
		if one.Key == name {
			return strings.TrimSpace(one.Val)
		}
	}
	return ""
}
