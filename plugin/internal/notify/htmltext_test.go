package notify

import (
	"strings"
	"testing"
	"time"
)

// TestTextOfHTML reads HTML as people do who see no HTML.
func TestTextOfHTML(t *testing.T) {
	for page, want := range map[string]string{
		"":                             "",
		"<p></p><img src=x><br>":       "",
		"one<br>two":                   "one\ntwo",
		"<p>one</p><p>two\n three</p>": "one\n\ntwo three",
		"<div>one</div><div>two</div>": "one\ntwo",
		"a<b>b</b> <i>c</i>&nbsp;d &lt;e&gt; &amp;amp;":                       "ab c d <e> &amp;",
		"<title>no</title><style>p{}</style><script>if (a<b) x()</script>yes": "yes",
		"<ul><li>one<li>two</ul>":                                             "- one\n- two",
		"<table><tr><th>a</th><th>b</th></tr><tr><td>1<td>2</table>":          "a  b\n1  2",
		"<pre>  a\n   b</pre>c":                                               "  a\n   b\n\nc",
		`<a href="https://c.example/x">Open</a> it`:                           "Open (https://c.example/x) it",
		`<a href="https://c.example/x">https://c.example/x</a>`:               "https://c.example/x",
		`<a href="https://c.example/x"><img src=y></a>`:                       "https://c.example/x",
		`<a href="mailto:ops@c.example">Write</a>`:                            "Write (ops@c.example)",
		`<a href="javascript:alert(1)">a</a> <a name=x>b</a>`:                 "a b",
		`<img src="cid:a" alt="a chart">`:                                     "a chart",
		"<p>unclosed <b>all <a href=https://c.example>the way":                "unclosed all the way",
		"<!-- no --><![CDATA[x]]>yes":                                         "yes",
		"\u202eאזעקה":                                                         "\u202eאזעקה",
	} {
		if got := textOfHTML(page); got != want {
			t.Errorf("%q reads %q, want %q", page, got, want)
		}
	}
}

// TestTextOfDeepHTML reads what would take long, or much memory, if it were made a tree, or gone through again.
func TestTextOfDeepHTML(t *testing.T) {
	began := time.Now()
	for _, part := range []string{
		"<div>", "<a href=https://c.example>", "<table><tr><td>", "<", "&", "<p x=\"", "<pre>\n",
	} {
		if got := textOfHTML(strings.Repeat(part, 512<<10/len(part))); strings.Contains(got, "<div") {
			t.Errorf("%s reads %.50q", part, got)
		}
	}
	if took := time.Since(began); took > time.Minute {
		t.Errorf("it took %s", took)
	}
}
