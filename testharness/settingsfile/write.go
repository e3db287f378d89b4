package settingsfile

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/printable"
)

// Write writes the settings in force as a file in YAML that makes another installation the same, but for fields that
// are fixed outside of the page and what fields that are disabled hold: those stand in comments. Each secret that is
// set has a source, the variable that [Variable] names.
func Write(out io.Writer, info shared.Info, schema shared.Schema, snapshot shared.Snapshot) error {
	root := &yaml.Node{Kind: yaml.MappingNode}
	values := schema.Export(info, snapshot).Values
	taken := schema.Changeable(shared.Draft{Values: values}, func() shared.Values { return values }).Values
	left := ""
	for field := range schema.Fields() {
		value := values[field.Name]
		if _, kept := taken[field.Name]; !kept && !value.IsEmpty() {
			left += fmt.Sprintf("%s is disabled as the other fields are: %s\n", field.Name, oneLine(value.String()))
			continue
		}
		if lock, locked := snapshot.Locks[field.Name]; locked {
			left += fmt.Sprintf("%s is fixed by the environment variable %s.\n", field.Name, oneLine(lock.Source))
		}
		if !value.IsEmpty() {
			root.Content = append(root.Content, textNode(field.Name), nodeOf(field, value))
		}
	}
	if secrets := secretsOf(info, schema, snapshot); len(secrets.Content) > 0 {
		root.Content = append(root.Content, textNode(secretsKey), secrets)
	}
	heading := fmt.Sprintf("Settings of %s, revision %d. testharness apply -f FILE saves them.\n", oneLine(info.Name),
		snapshot.Revision.Number)
	return write(out, heading+left, root)
}

// Variable is the name of the environment variable from which the file takes a secret: SMTP_PASSWORD for the field
// password of the plugin smtp.
func Variable(plugin, field string) string {
	return strings.ToUpper(strings.ReplaceAll(plugin, "-", "_") + "_" + field)
}

func secretsOf(info shared.Info, schema shared.Schema, snapshot shared.Snapshot) *yaml.Node {
	secrets := &yaml.Node{Kind: yaml.MappingNode}
	for field := range schema.Fields() {
		state := snapshot.Secrets[field.Name]
		if _, locked := snapshot.Locks[field.Name]; locked || !field.Sensitive || !state.Set {
			continue
		}
		key := textNode(field.Name)
		key.HeadComment = comment(oneLine(field.Label) + " is set" + since(state) + "; it is not in this file.")
		source := textNode("env:" + Variable(info.Name, field.Name))
		secrets.Content = append(secrets.Content, key, source)
	}
	return secrets
}

func since(state shared.SecretState) string {
	if state.Since.IsZero() {
		return ""
	}
	return " since " + state.Since.UTC().Format("2006-01-02 15:04 MST")
}

// write writes the file. YAML writes most characters as they are; those that could steer a terminal become escapes,
// which stand in double quotes.
func write(out io.Writer, heading string, root *yaml.Node) error {
	var encoded bytes.Buffer
	if len(root.Content) == 0 {
		encoded.WriteString("{}\n")
	} else {
		encoder := yaml.NewEncoder(&encoded)
		encoder.SetIndent(2)
		if err := encoder.Encode(root); err != nil {
			return err
		}
	}
	var safe strings.Builder
	for _, r := range encoded.String() {
		if r != unicode.ReplacementChar && printable.Rune(r) == unicode.ReplacementChar {
			fmt.Fprintf(&safe, `\u%04x`, r)
		} else {
			safe.WriteRune(r)
		}
	}
	_, err := io.WriteString(out, comment(heading)+"\n"+safe.String())
	return err
}

// comment makes each line one.
func comment(lines string) string {
	return "# " + strings.Join(strings.Split(strings.TrimRight(lines, "\n"), "\n"), "\n# ")
}

func oneLine(text string) string {
	const longest = 200
	return printable.Shortened(printable.Line(text), longest)
}

func textNode(text string) *yaml.Node {
	node := &yaml.Node{}
	node.SetString(text)
	odd := func(r rune) bool { return r != '\n' && (r == '\t' || r == '\u0085' || r == '\ufeff' || safeNot(r)) }
	if strings.ContainsFunc(text, odd) || strings.TrimSpace(text) != text {
		node.Style = yaml.DoubleQuotedStyle
	}
	return node
}

func safeNot(r rune) bool { return r == utf8.RuneError || printable.Rune(r) != r }

// nodeOf writes a value as [Read] reads it.
func nodeOf(field shared.Field, value shared.Value) *yaml.Node {
	switch value.Form() {
	case shared.FormInteger:
		if field.Kind == shared.KindByteSize {
			return textNode(field.Format(value))
		}
		return &yaml.Node{Kind: yaml.ScalarNode, Value: value.String()}
	case shared.FormDecimal, shared.FormBoolean:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: value.String()}
	case shared.FormList:
		entries, _ := value.AsList()
		list := &yaml.Node{Kind: yaml.SequenceNode}
		for _, one := range entries {
			list.Content = append(list.Content, textNode(one))
		}
		return list
	case shared.FormMap:
		return mapNode(value)
	default:
		text, _ := value.AsText()
		return textNode(text)
	}
}

func mapNode(value shared.Value) *yaml.Node {
	entries, _ := value.AsMap()
	node := &yaml.Node{Kind: yaml.MappingNode}
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		node.Content = append(node.Content, textNode(key), textNode(entries[key]))
	}
	return node
}
