package form

import (
	"html/template"
	"text/template/parse"

	"github.com/smtp-settings/smtp-settings/shared/text"
)

// writeConstants puts what a template says in any case, {{t "Save"}}, into it in the reader's language: that is then
// looked up and escaped once and not for each page. It stands in text and in quoted attributes.
func writeConstants(node parse.Node, reader text.Language) {
	switch node := node.(type) {
	case *parse.ListNode:
		if node == nil {
			return
		}
		for i, one := range node.Nodes {
			if message, ok := constant(one); ok {
				said := template.HTMLEscapeString(reader.Message(message))
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

// constant returns the message of an action that is only {{t "a message"}}.
func constant(node parse.Node) (message text.Message, ok bool) {
	action, ok := node.(*parse.ActionNode)
	if !ok || len(action.Pipe.Cmds) != 1 || len(action.Pipe.Decl) > 0 {
		return "", false
	}
	words := action.Pipe.Cmds[0].Args
	if len(words) != 2 {
		return "", false
	}
	function, named := words[0].(*parse.IdentifierNode)
	said, quoted := words[1].(*parse.StringNode)
	if !named || !quoted || function.Ident != "t" {
		return "", false
	}
	return text.Message(said.Text), true
}
