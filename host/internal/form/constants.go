package form

import (
	"html/template"
	"text/template/parse"

	"github.com/smtp-settings/smtp-settings/shared/text"
)

// writeConstants puts what a template says in any case, {{t "Save"}}, into it in the reader's language: that is then
// looked up and escaped once and not for each page. It stands in text and in quoted attributes. Icons that are named in
// the template, {{icon "out"}}, stand in text.
func writeConstants(node parse.Node, reader text.Language) {
	switch node := node.(type) {
	case *parse.ListNode:
		if node == nil {
			return
		}
		for i, one := range node.Nodes {
			if said, ok := constant(one, reader); ok {
				node.Nodes[i] = &parse.TextNode{NodeType: parse.NodeText, Pos: one.Position(), Text: []byte(said)}
				continue
			}
			writeConstants(one, reader)
		}
	case *parse.IfNode:
		writeConstants(node.List, reader)
		writeConstants(node.ElseList, reader)
	case *parse.RangeNode:
		writeConstants(node.List, reader)
		writeConstants(node.ElseList, reader)
	case *parse.WithNode:
		writeConstants(node.List, reader)
		writeConstants(node.ElseList, reader)
	}
}

// constant returns what an action writes that is only {{t "a message"}} or {{icon "name"}}.
func constant(node parse.Node, reader text.Language) (said string, ok bool) {
	action, ok := node.(*parse.ActionNode)
	if !ok || len(action.Pipe.Cmds) != 1 || len(action.Pipe.Decl) > 0 {
		return "", false
	}
	words := action.Pipe.Cmds[0].Args
	if len(words) != 2 {
		return "", false
	}
	function, named := words[0].(*parse.IdentifierNode)
	given, quoted := words[1].(*parse.StringNode)
	switch {
	case !named || !quoted:
		return "", false
	case function.Ident == "t":
		return template.HTMLEscapeString(reader.Message(text.Message(given.Text))), true
	case function.Ident == "icon":
		return string(icon(given.Text)), true
	default:
		return "", false
	}
}
