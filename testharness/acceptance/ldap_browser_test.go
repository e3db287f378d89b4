package acceptance

import (
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// TestDirectoryInBrowser fills in the page of a directory as people do: with a certificate from a file, the base DN
// that the server has, roles of groups, both tests, and a save.
func TestDirectoryInBrowser(t *testing.T) {
	t.Parallel()
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	server := startSlapd(t, authority, "security tls=1")
	c := startConsole(t, "--manifest", manifest(t, "ldap", "ldap-plugin"))
	b := newTab(t)
	address := c.address + "settings/ldap/"
	b.open(address)
	b.await("#settings-form")
	if !b.concealed("password") || !b.concealed("group_base_dn") {
		t.Error("fields are shown before there is a use for them")
	}
	b.click("#field-servers .add")
	b.typeInto("#field-servers li:nth-child(1) .entry", server.plain)
	b.click("#control-encryption [value=starttls]")
	b.do("choose a file",
		chromedp.SetUploadFiles(chromedp.CSS("#field-ca input[type=file]"), []string{server.ca}))
	b.awaitText(`document.getElementById("control-ca").value`, "BEGIN CERTIFICATE")
	b.typeInto("#control-bind_dn", "cn=console,dc=example,dc=com")
	b.typeInto("#control-password", slapdPassword)
	b.click("#action-find_base_dns-run")
	b.awaitText(`document.getElementById("control-base_dn").value`, "dc=example,dc=com")
	b.click("#test-button")
	b.await("#report .passed #headline")
	b.axe("directory, tested")
	checkDirectoryLogin(t, b)
	b.click(".save-bar button")
	b.await(".notice.success")
	b.open(address)
	b.awaitText(`document.getElementById("control-url").value`, "ldap://"+server.plain)
	held := read[string](b, `["servers", "base_dn", "group_base_dn", "roles", "password", "login_password"].map(
		name => document.getElementById("control-" + name).value).join("|")`)
	want := server.plain + "|dc=example,dc=com|ou=groups,dc=example,dc=com|" +
		"cn=admins,ou=groups,dc=example,dc=com = administrator||"
	if held != want {
		t.Errorf("the page holds %q instead of %q", held, want)
	}
	b.click("#test-button") // with the stored password
	b.await("#report .passed #headline")
	b.screenshot("directory")
	b.click("#control-encryption [value=ldaps]")
	b.click("#test-button")
	b.awaitText(`document.getElementById("findings-password").textContent`, "Enter “Password” again")
}

// checkDirectoryLogin has roles follow from groups, and tries a login with the right password and with a wrong one.
func checkDirectoryLogin(t *testing.T, b *tab) {
	t.Helper()
	b.click("#control-groups")
	b.click("#control-group_source [value=search]")
	b.typeInto("#control-group_base_dn", "ou=groups,dc=example,dc=com")
	b.click("#field-roles .add")
	b.typeInto("#field-roles .key", "cn=admins,ou=groups,dc=example,dc=com")
	b.typeInto("#field-roles .entry", "administrator")
	b.typeInto("#control-action-test_login-user", "anna")
	b.typeInto("#control-login_password", "wrong")
	b.click("#action-test_login-run")
	b.awaitText(`document.getElementById("action-test_login-report").textContent`, "does not accept the name and password")
	read[string](b, `document.getElementById("control-login_password").value = ""`)
	b.typeInto("#control-login_password", slapdPassword)
	if typed := b.value("login_password"); typed != slapdPassword {
		t.Errorf("the password of the user became %q", typed)
	}
	b.click("#action-test_login-run")
	b.awaitText(`document.getElementById("action-test_login-report").textContent`, "The login works")
	b.awaitText(`document.getElementById("action-test_login-report").textContent`, "administrator")
	b.axe("directory, login")
}
