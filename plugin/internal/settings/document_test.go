package settings

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// oauthDocument is what administrators read of OAuth 2.0, with the part of it that is written from the page.
type oauthDocument struct{ before, fields, after string }

const (
	oauthDocumentPath = "../../../docs/oauth.md"
	fieldsHeading     = "\n## The fields\n"
)

func readOAuthDocument(t *testing.T) oauthDocument {
	t.Helper()
	content, err := os.ReadFile(oauthDocumentPath)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(content), fieldsHeading)
	fields, after, closed := strings.Cut(rest, "\n## ")
	if !found || !closed {
		t.Fatal("the document has no part about the fields")
	}
	return oauthDocument{before, fields, after}
}

// oauthForms are the ways to authenticate, and where a user signs in.
var oauthForms = []struct {
	authentication, provider string
}{
	{authenticateMicrosoft, ""}, {authenticateGoogle, ""}, {authenticateCredentials, ""},
	{authenticateSignIn, providerMicrosoft}, {authenticateSignIn, providerGoogle}, {authenticateSignIn, providerOther},
}

// optionLabel is what the page calls an option.
func optionLabel(name, value string) string {
	field, _ := Schema().Field(name)
	i := slices.IndexFunc(field.Options, func(one shared.Option) bool { return one.Value == value })
	return field.Options[i].Label
}

// describedFields are the fields as the page has them.
func describedFields() string {
	var document strings.Builder
	document.WriteString("\nAs the page has them; `go test ./plugin/internal/settings -update` writes this part " +
		"anew.\n\n| *Authentication* | fields |\n|---|---|\n")
	for _, one := range oauthForms {
		values := shared.Values{Authentication: shared.Text(one.authentication)}
		name := "*" + optionLabel(Authentication, one.authentication) + "*"
		if one.provider != "" {
			values[OAuthProvider] = shared.Text(one.provider)
			name += ", *" + optionLabel(OAuthProvider, one.provider) + "*"
		}
		var shown []string
		for _, field := range oauthFields() {
			if declared, _ := Schema().Field(field.Name); Schema().Visible(declared, values) {
				shown = append(shown, "*"+declared.Label+"*")
			}
		}
		fmt.Fprintf(&document, "| %s | %s |\n", name, strings.Join(shown, ", "))
	}
	document.WriteString("\n| field | what the page says of it |\n|---|---|\n")
	for _, one := range oauthFields() {
		field, _ := Schema().Field(one.Name)
		name := fmt.Sprintf("*%s* `%s`", field.Label, field.Name)
		for i, option := range field.Options {
			name += []string{": ", ", "}[min(i, 1)] + "*" + option.Label + "*"
		}
		fmt.Fprintf(&document, "| %s | %s |\n", name, field.Help)
	}
	return document.String()
}

// TestOAuthDocument holds the document to the page, word for word: which fields a way to authenticate shows and what is
// said of them, what is to be copied, the servers of the presets, and the names of buttons and choices.
func TestOAuthDocument(t *testing.T) {
	document := readOAuthDocument(t)
	if *update {
		content := document.before + fieldsHeading + describedFields() + "\n## " + document.after
		if err := os.WriteFile(oauthDocumentPath, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if document.fields != describedFields() {
		t.Errorf("%s is not current, run go test ./plugin/internal/settings -update", oauthDocumentPath)
	}
	prose := document.before + "\n## " + document.after
	authentication, _ := Schema().Field(Authentication)
	for _, one := range authentication.Options {
		row := fmt.Sprintf("| `%s` *%s* |", one.Value, one.Label)
		if oauth := one.Value == authenticateOAuth2 || slices.ContainsFunc(oauthForms,
			func(form struct{ authentication, provider string }) bool { return form.authentication == one.Value },
		); oauth != strings.Contains(prose, row) {
			t.Errorf("%s is in the document: %t", row, !oauth)
		}
	}
	for _, one := range Schema().Presets {
		if one.Name != "gmail" && one.Name != "microsoft365" {
			continue
		}
		server, _ := one.Values[Server].AsText()
		port, _ := one.Values[Port].AsInteger()
		if named := fmt.Sprintf("`%s`", server); !strings.Contains(prose, named) ||
			!strings.Contains(prose, fmt.Sprintf("port %d, *%s*", port, Label(UseSSL))) {
			t.Errorf("the document does not send with %s at %s:%d", one.Label, server, port)
		}
	}
	s, _ := Bind(joined(joined(good(), microsoftApp()), shared.Values{
		Login: shared.Text("<mailbox>"), OAuthClientID: shared.Text("<Application (client) ID>"),
	}), func(string) bool { return true })
	_, block, _ := strings.Cut(prose, "```powershell\n")
	block, _, _ = strings.Cut(block, "```")
	if got := strings.TrimSpace(strings.ReplaceAll(block, "\n   ", "\n")); got != s.SetUp() {
		t.Errorf("the document has\n%s\ninstead of\n%s", got, s.SetUp())
	}
	checkNames(t, prose)
}

// elsewhere are names that are not of the form: of pages of providers, of steps, and what is written in italics for
// another reason.
var elsewhere = []string{
	"APIs my organization uses", "Access token", "Add a permission", "Add key", "Allow public client flows",
	"Authenticated SMTP", "Client authentication", "Create credentials", "Enterprise application", "External",
	"Go on here", "Grant admin consent", "Internal", "Need admin approval", "New client secret", "New registration",
	"Overview", "Retry-After", "Secret ID", "Send As", "Service accounts roles", "Single-page application",
	"Standard flow", "Valid redirect URIs", "Value", "Web", "Web application", "grant", "publish the app",
}

var inItalics = regexp.MustCompile(`\*([^*]+)\*`)

// checkNames holds that what the document writes in italics is on the page, or known to be elsewhere.
func checkNames(t *testing.T, prose string) {
	t.Helper()
	names := slices.Clone(elsewhere)
	for field := range Schema().Fields() {
		names = append(names, field.Label)
		for _, option := range field.Options {
			names = append(names, option.Label)
		}
	}
	for _, action := range Schema().Actions {
		names = append(names, action.Label)
	}
	for _, drop := range []string{"(?s)```.*?```", "`[^`]*`", `\*\*[^*]+\*\*`} {
		prose = regexp.MustCompile(drop).ReplaceAllString(prose, "")
	}
	prose = strings.Join(strings.Fields(prose), " ")
	for _, found := range inItalics.FindAllStringSubmatch(prose, -1) {
		if !slices.Contains(names, found[1]) {
			t.Errorf("nothing on the page is called %q", found[1])
		}
	}
	for _, one := range elsewhere {
		if !strings.Contains(prose, "*"+one+"*") {
			t.Errorf("%q is not in the document any more", one)
		}
	}
}
