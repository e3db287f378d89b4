package form

import (
	"encoding/json"
	"html/template"
	"strings"

	"github.com/smtp-settings/smtp-settings/shared"
)

// attributes writes the attributes of an element. A template that wrote them one by one would call a function for each
// value, which for a page of many fields is most of the work.
type attributes struct{ written strings.Builder }

// set adds an attribute with a value.
func (a *attributes) set(name, value string) {
	a.written.WriteString(" " + name + `="`)
	template.HTMLEscape(&a.written, []byte(value))
	a.written.WriteByte('"')
}

// setJSON adds an attribute whose value is JSON. Its quotes stay as they are, between single ones; of the other signs
// that mean something in HTML, encoding/json leaves none.
func (a *attributes) setJSON(name string, value any) error {
	encoded, err := json.Marshal(value)
	if err != nil {
		return err
	}
	a.written.WriteString(" " + name + "='")
	a.written.WriteString(strings.ReplaceAll(string(encoded), "'", "&#39;"))
	a.written.WriteByte('\'')
	return nil
}

// flag adds an attribute without a value, if it is given.
func (a *attributes) flag(name string, given bool) {
	if given {
		a.written.WriteString(" " + name)
	}
}

func (a *attributes) html() template.HTMLAttr {
	return template.HTMLAttr(strings.TrimPrefix(a.written.String(), " ")) //nolint:gosec // It is escaped.
}

// Container returns the attributes of the element that holds everything of the field.
func (f *fieldView) Container() (template.HTMLAttr, error) {
	var a attributes
	a.set("class", "field kind-"+string(f.Kind))
	a.set("id", "field-"+f.Key)
	a.set("data-field", f.Key)
	if err := a.setJSON("data-rules", f.Rules); err != nil {
		return "", err
	}
	a.flag("data-concealed", f.Concealed)
	a.flag("data-disabled", f.Disabled)
	a.flag("data-unset", f.Unset)
	a.flag("data-stored", f.Secret.Set)
	a.flag("hidden", f.Obsolete)
	return a.html(), nil
}

// control returns the attributes that every single control has.
func (f *fieldView) control() template.HTMLAttr {
	var a attributes
	a.set("id", "control-"+f.Key)
	a.flag("disabled", f.Off)
	if f.Needed {
		a.set("aria-required", "true")
	}
	if len(f.Findings) > 0 || f.Mark == shared.SeverityError {
		a.set("aria-invalid", "true")
	}
	a.set("aria-describedby", f.DescribedBy)
	a.set("name", f.Control)
	return a.html()
}
