package settings

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"net/mail"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/diagnosis"
	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/plugin/internal/typed"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// Settings are values that are valid together, with their defaults filled in.
type Settings struct {
	Server string
	Port   int
	Login  string
	UseSSL bool
	Sender mail.Address
	// ReplyTo is where answers go; empty leaves them to the sender.
	ReplyTo   string
	TimeLimit time.Duration
	// PasswordReference says where the password is, or the secret of the application; empty when it is stored here. See
	// [Settings.NamesSecret].
	PasswordReference string

	// Proxy is nil when there is none.
	Proxy *url.URL

	authentication smtpconn.Authentication
	ehloName       string
	additionalCA   []*x509.Certificate
	pinned         [sha256.Size]byte
	neverStartTLS  bool
	otherAccount   bool
	application    application
	destination    map[string]string
	shown          []string
}

// ShownFields are the names of the fields that the page shows with these settings.
func (s Settings) ShownFields() []string { return slices.Clone(s.shown) }

// SenderField is the name of the field that holds the sender's address.
func (s Settings) SenderField() string {
	if s.otherAccount {
		return Email
	}
	return Login
}

// WantsPassword reports whether the settings log in with the password.
func (s Settings) WantsPassword() bool {
	switch s.authentication {
	case smtpconn.AuthenticateOAuth2, smtpconn.AuthenticateNever:
		return false
	default:
		return s.Login != ""
	}
}

// WantsToken reports whether the settings log in with the access token that was typed.
func (s Settings) WantsToken() bool { return s.SecretField() == AccessToken }

// Encrypts reports whether the connection is encrypted where the server offers that.
func (s Settings) Encrypts() bool { return !s.neverStartTLS }

// Target returns the settings as a target for a connection.
func (s Settings) Target(password, token shared.SecretText) smtpconn.Target {
	target := smtpconn.Target{
		Host: s.Server, Port: s.Port, Proxy: s.Proxy, Encrypt: s.UseSSL, Login: s.Login,
		Authentication: s.authentication, HELOName: s.ehloName,
		AdditionalCA: s.additionalCA, PinnedCertificate: s.pinned, NeverStartTLS: s.neverStartTLS,
	}
	if s.WantsPassword() {
		target.Password = password
	}
	if s.WantsToken() {
		target.AccessToken = token
	}
	return target
}

// Bind turns values into Settings. It reports one finding per mistake and field, and hints as warnings. The Settings
// are only of use when there is no error among the findings. secretSet tells whether a sensitive field would be set.
func Bind(values shared.Values, secretSet func(field string) bool) (Settings, finding.Findings) {
	b := &binding{schema: Schema(), typed: values, secretSet: secretSet}
	s := b.bind()
	b.correct(true)
	return s, b.found
}

// bind is Bind without what may have been meant.
func (b *binding) bind() Settings {
	b.values = WithoutBlanks(b.typed)
	b.found = finding.OfViolations(b.schema.Violations(b.values, b.secretSet, labelOf))
	s := Settings{
		Server: b.text(Server), Port: int(b.integer(Port)), Login: b.text(Login),
		UseSSL: b.boolean(UseSSL), ehloName: introduced(b.text(EHLOName)), otherAccount: b.boolean(UseOtherAccount),
		PasswordReference: b.text(PasswordReference),
	}
	b.server(&s)
	b.credentials(&s)
	b.sender(&s)
	b.advanced(&s)
	b.encryption(&s)
	b.bindDestination(&s)
	s.shown = b.shownFields()
	b.hints(s)
	return s
}

type binding struct {
	schema shared.Schema
	// typed are the values as they were typed, values those without the blanks at either end.
	typed     shared.Values
	values    shared.Values
	secretSet func(string) bool
	found     finding.Findings
}

func (b *binding) shownFields() []string {
	var shown []string
	evaluation := b.schema.Evaluate(b.values)
	for field := range b.schema.Fields() {
		if evaluation.Visible(field) {
			shown = append(shown, field.Name)
		}
	}
	return shown
}

// WithoutBlanks leaves out blanks at either end, which nobody sees, line breaks among them. The result is never nil.
func WithoutBlanks(typed shared.Values) shared.Values {
	values := shared.Values{}
	for name, value := range typed {
		if given, isText := value.AsText(); isText {
			value = shared.Text(strings.TrimSpace(given))
		}
		if !value.IsEmpty() {
			values[name] = value
		}
	}
	return values
}

func (b *binding) text(field string) string {
	typed, _ := b.schema.Effective(field, b.values).AsText()
	return strings.TrimSpace(typed)
}

func (b *binding) integer(field string) int64 {
	number, _ := b.schema.Effective(field, b.values).AsInteger()
	return number
}

func (b *binding) boolean(field string) bool {
	truth, _ := b.schema.Effective(field, b.values).AsBoolean()
	return truth
}

func (b *binding) report(severity shared.Severity, field, code string, summary, detail text.Text,
	fixes ...finding.Fix) {
	for _, already := range b.found {
		if already.Field == field && already.Severity == shared.SeverityError {
			return // One mistake per field is enough to act on.
		}
	}
	b.found = append(b.found, finding.Finding{
		Severity: severity, Field: field, Code: code, Summary: summary, Detail: detail, Fixes: fixes,
	})
}

func (b *binding) fail(field, code string, summary, detail text.Text, fixes ...finding.Fix) {
	b.report(shared.SeverityError, field, code, summary, detail, fixes...)
}

func (b *binding) credentials(s *Settings) {
	kind := b.text(Authentication)
	switch kind {
	case authenticateMicrosoft, authenticateGoogle, authenticateCredentials, authenticateSignIn:
		b.bindApplication(s, kind)
		return
	case authenticateOAuth2:
		s.authentication = smtpconn.AuthenticateOAuth2
		if s.Login == "" {
			b.fail(Login, "login_missing", text.Of("OAuth 2.0 needs the login: the name of the mailbox."), text.Text{})
		}
		if !b.secretSet(AccessToken) {
			b.fail(AccessToken, "token_missing", text.Of("“Access token” must be filled in."), text.Text{})
		}
		return
	case authenticateNone:
		s.authentication = smtpconn.AuthenticateNever
		return
	case authenticatePlain:
		s.authentication = smtpconn.AuthenticatePlain
	case authenticateLogin:
		s.authentication = smtpconn.AuthenticateLogin
	}
	havePassword := s.PasswordReference != "" || b.secretSet(Password)
	switch {
	case s.Login != "" && !havePassword:
		b.fail(Password, "password_missing", text.Of("There is a login but no password."),
			text.Of("Enter the password, or remove the login if the server needs none."))
	case s.Login == "" && havePassword:
		b.fail(Login, "login_missing", text.Of("There is a password but no login."),
			text.Of("Enter the name of the mailbox, or clear the password if the server needs none."))
	case s.Login == "" && kind != authenticateAutomatically:
		b.fail(Login, "login_missing", text.Of("“SMTP login” must be filled in."), text.Text{})
	}
}

func (b *binding) sender(s *Settings) {
	s.ReplyTo = b.text(ReplyTo)
	propose := finding.Fix{Label: Label(UseOtherAccount), Values: shared.Values{UseOtherAccount: shared.Boolean(true)}}
	switch {
	case s.otherAccount:
		s.Sender = mail.Address{Name: b.text(Name), Address: b.text(Email)}
	case s.Login == "":
		b.fail(UseOtherAccount, "sender_missing", text.Of("Without a login there is no address to send notifications from."),
			text.Of("Turn on “Use other account settings” and enter the address."), propose)
	case !shared.IsEmailAddress(s.Login) && len(typed.Mailboxes(s.Login)) > 0 && !isDelegated(s.Login):
		code, summary := oddness(Login, s.Login)
		b.fail(Login, code, summary, copied)
	case !shared.IsEmailAddress(s.Login):
		b.fail(UseOtherAccount, "sender_missing",
			text.Of("The login is not an e-mail address, so there is no address to send notifications from."),
			text.Of("Turn on “Use other account settings” and enter the address."), propose)
	default:
		s.Sender = mail.Address{Address: s.Login}
	}
}

// isDelegated reports whether a login has another name before or behind an address: that of a mailbox which its owner
// opens (Exchange: user@domain\mailbox), or of a domain (DOMAIN\user). It is right as it is; an address with decoration
// is not, nor one with escapes of a program, such as \r\n or \u200b.
func isDelegated(login string) bool {
	const shortest = 2 // A single letter is more likely an escape, such as \n.
	before, after, found := strings.Cut(login, `\`)
	return found && len(before) >= shortest && len(after) >= shortest &&
		!strings.ContainsAny(login, " \t<>\"'(),;:[]|") && !strings.Contains(after, `\`) &&
		(!shared.IsEmailAddress(before) || !isEscape(after))
}

// isEscape reports whether a text is the number of a character, as it stands behind a backslash.
func isEscape(text string) bool {
	digits, known := map[int]string{3: "x", 5: "u", 9: "U"}[len(text)]
	if known && strings.HasPrefix(text, digits) {
		_, err := strconv.ParseUint(text[1:], 16, 32)
		return err == nil
	}
	_, err := strconv.ParseUint(text, 8, 16)
	return len(text) == 3 && err == nil
}

// Bounds of the time limit of a test.
const (
	shortestTimeLimit = time.Second
	longestTimeLimit  = 5 * time.Minute
)

func (b *binding) advanced(s *Settings) {
	s.TimeLimit, _ = time.ParseDuration(b.text(TimeLimit))
	if s.TimeLimit < shortestTimeLimit || s.TimeLimit > longestTimeLimit {
		b.fail(TimeLimit, "out_of_range", text.Of("“Time limit of a test” must be between 1s and 5m."), text.Text{})
	}
	var err error
	if s.Proxy, err = smtpconn.ParseProxy(b.text(Proxy)); err != nil {
		b.fail(Proxy, "not_a_proxy", text.Of("“Proxy” cannot be used: {reason}.", "reason", diagnosis.Reason(err, nil)),
			text.Of("Enter it as socks5://name:port or http://name:port."))
	}
	if s.additionalCA, err = parseCertificates(b.text(CACertificate)); err != nil {
		b.fail(CACertificate, "not_a_certificate", text.Of("“Additional CA certificate” cannot be read: {reason}.",
			"reason", text.OfError(err)),
			text.Of("Paste the whole certificate, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----."))
	}
	if fingerprint := b.text(PinnedCertificate); fingerprint != "" {
		b.pin(s, fingerprint)
	}
}

// pin reads the fingerprint. One that is not understood must not pass for none.
func (b *binding) pin(s *Settings, fingerprint string) {
	plain := strings.NewReplacer("sha256:", "", ":", "").Replace(strings.ToLower(fingerprint))
	decoded, err := hex.DecodeString(plain)
	if err == nil && len(decoded) == len(s.pinned) {
		copy(s.pinned[:], decoded)
	}
	if s.pinned == [sha256.Size]byte{} {
		b.fail(PinnedCertificate, "wrong_form", text.Of("“{field}” does not have the expected form.", "field",
			Label(PinnedCertificate)), text.Text{})
	}
}

// encryption decides about STARTTLS; with Use SSL there is nothing to choose.
func (b *binding) encryption(s *Settings) {
	s.neverStartTLS = !s.UseSSL && b.text(StartTLS) == startTLSNever
	if s.neverStartTLS && s.pinned != [sha256.Size]byte{} {
		b.fail(StartTLS, "pin_needs_encryption",
			text.Of("A certificate is pinned, so the connection must not be left unencrypted."),
			text.Of("Set “STARTTLS” to automatic, or turn on “Use SSL”."),
			finding.Fix{Label: text.Of("Encrypt with STARTTLS"),
				Values: shared.Values{StartTLS: shared.Text(startTLSAutomatically)}},
			finding.Fix{Label: text.Of("Turn on Use SSL"), Values: shared.Values{UseSSL: shared.Boolean(true)}})
	}
}

func parseCertificates(typed string) ([]*x509.Certificate, error) {
	var certificates []*x509.Certificate
	rest := []byte(typed)
	for len(strings.TrimSpace(string(rest))) > 0 {
		var block *pem.Block
		block, rest = pem.Decode(rest)
		if block == nil {
			return nil, text.Error{Text: text.Of("it is not in PEM form")}
		}
		if block.Type != "CERTIFICATE" {
			return nil, text.Error{
				Text: text.Of("it holds “{kind}”, not a certificate", "kind", strings.ToLower(block.Type)),
			}
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, text.Error{Text: text.Of("certificate {number} is damaged", "number", len(certificates)+1)}
		}
		certificates = append(certificates, certificate)
	}
	return certificates, nil
}
