package acceptance

import (
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/emersion/go-smtp"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
)

// What the outage has left: dead letters by their cause.
const (
	lettersUnknown  = 150
	lettersDisabled = 100
	lettersFull     = 50
)

// afterOutage is a database with three hundred dead letters of three causes, and a server that takes them now.
func afterOutage(t *testing.T) (path string) {
	t.Helper()
	server := practiceMailServer(t)
	var back atomic.Bool
	server.RefuseRecipient = func(to string) error {
		if strings.HasPrefix(to, "gone") && !back.Load() {
			return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "No such user"}
		}
		return nil
	}
	startMailServer(t, server, 0)
	path = manifest(t, "smtp", "smtp-plugin", `retry_after = "1s"`)
	h, err := host.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	configure(t, h, server.Port(), "practice")
	delivered := notify(t, h, shared.Notification{To: "ops@email.com", Subject: "Alarm", Text: "x"})
	awaitEntry(t, h, delivered.ID, shared.NotificationDelivered)
	pattern := notify(t, h, shared.Notification{To: "gone@email.com", Subject: "Alarm", Text: "x"})
	awaitEntry(t, h, pattern.ID, shared.NotificationDead)
	back.Store(true)
	var letters []shared.Notification
	for i := range lettersUnknown + lettersDisabled + lettersFull - 1 {
		letters = append(letters, shared.Notification{To: fmt.Sprintf("user%d@email.com", i), Text: "x",
			Subject: fmt.Sprintf("Alarm %d", i)})
	}
	configure(t, h, 1, "practice") // So that they wait until they are given up.
	all := shared.NotifyRequest{Actor: "line 7", Notifications: letters}
	if _, err := h.Notifier().Notify(t.Context(), all); err != nil {
		t.Fatal(err)
	}
	h.Close()
	giveUp(t, path, pattern.ID)
	if r := harness(t, "practice", "save", "--manifest", path, "--set", fmt.Sprintf("port=%d", server.Port()),
		"--secret", "password=env:SECRET"); r.status != 0 {
		t.Fatal(r.stdout, r.stderr)
	}
	return path
}

// giveUp has what waits end as the dead letter of the id has, two groups of them for other causes.
func giveUp(t *testing.T, path, id string) {
	t.Helper()
	like := "(SELECT %s FROM river_job WHERE id = " + id + ")"
	as := func(code, summary string) string {
		return fmt.Sprintf(like, "jsonb(replace(replace(json(errors), 'recipient_unknown', '"+code+
			"'), 'The server does not know the mailbox {recipient}.', '"+summary+"'))")
	}
	statements := fmt.Sprintf("UPDATE river_job SET state = 'cancelled', attempt = 1, finalized_at = "+
		"datetime('now', 'subsec'), errors = CASE WHEN id %% 299 < %d THEN %s WHEN id %% 299 < %d THEN %s ELSE %s END"+
		" WHERE state NOT IN ('completed', 'cancelled')", lettersFull, as("mailbox_full", "The mailbox is full."),
		lettersFull+lettersDisabled, as("mailbox_disabled", "The mailbox is disabled."), fmt.Sprintf(like, "errors"))
	db, err := sql.Open("sqlite", filepath.Join(filepath.Dir(path), "data", "smtp-settings.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statements); err != nil {
		t.Fatal(err)
	}
}

// admin is who clears up after an outage, and what it takes.
type admin struct {
	*tab
	address string
	clicks  int
	scripts bool
}

func (a *admin) press(selector string) {
	a.t.Helper()
	a.click(selector)
	a.clicks++
}

// count is how many the page says that a cause has.
func (a *admin) count(code string) string {
	a.t.Helper()
	return read[string](a.tab, `document.querySelector("#cause-dead-`+code+` .count")?.textContent ?? "none"`)
}

// bulk has something done with all of a cause: the page asks first, with the number, and says afterwards what was done.
func (a *admin) bulk(code, operation, question, button, report string) {
	a.t.Helper()
	a.press(`#cause-dead-` + code + ` a[href*="operation=` + operation + `"]`)
	a.await("#question")
	if a.scripts {
		a.axe("question about " + operation)
	} else {
		a.axeWithoutScripts("question about " + operation)
	}
	form := `document.querySelector("form.question")`
	if asked := read[string](a.tab, form+`.innerText`); !strings.Contains(asked, question) {
		a.t.Errorf("the question is %q, want %q", asked, question)
	}
	if answers := read[string](a.tab, form+`.querySelector("button").textContent`); answers != button {
		a.t.Errorf("the answer is %q, want %q", answers, button)
	}
	a.press("form.question button")
	a.await(".notice.success")
	a.awaitText(`document.querySelector(".notice.success").innerText`, report)
}

// TestDeadLettersAfterOutage clears up as an administrator would, in a browser: three hundred dead letters are sorted
// by their cause, those of one are tried again, those of another set aside, and the rest reported. The same goes
// without JavaScript.
func TestDeadLettersAfterOutage(t *testing.T) {
	t.Parallel()
	for name, scripts := range map[string]bool{"with JavaScript": true, "without JavaScript": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := startConsole(t, "--manifest", afterOutage(t))
			a := &admin{tab: newTab(t), address: c.address + "monitoring/notifications/", scripts: scripts}
			a.withoutScripts(!scripts)
			a.open(a.address)
			a.await("#causes li")
			a.screenshot("dead-letters")
			order := read[[]string](a.tab, `[...document.querySelectorAll("#causes li")].map(e => e.id)`)
			if want := "cause-dead-recipient_unknown cause-dead-mailbox_disabled cause-dead-mailbox_full"; strings.Join(order,
				" ") != want {
				t.Errorf("the causes are %q", order)
			}
			for code, want := range map[string]int{"recipient_unknown": lettersUnknown, "mailbox_disabled": lettersDisabled,
				"mailbox_full": lettersFull} {
				if said := a.count(code); said != fmt.Sprint(want) {
					t.Errorf("of %s there are %s, want %d", code, said, want)
				}
			}
			a.bulk("recipient_unknown", "retry", "Retry 150 notifications?", "Retry 150", "150 notifications are tried again.")
			if scripts { // While it is looked at.
				a.awaitText(`document.getElementById("tiles").innerText`, "Given up\n150\n")
				a.awaitText(`document.getElementById("tab-delivered").innerText`, "151")
			}
			a.bulk("mailbox_disabled", "set_aside", "Set 100 notifications aside?", "Set 100 aside",
				"100 notifications were set aside.")
			a.press("#tab-dead")
			a.await("#tab-dead[aria-current]")
			if said := read[string](a.tab, `document.querySelector(".foot").innerText`); !strings.Contains(said, "50 of 50") {
				t.Errorf("what is left is listed as %q", said)
			}
			a.report(t)
			t.Logf("%s: %d clicks", name, a.clicks)
		})
	}
}

// report gets what is left as a file, in both forms, by their links.
func (a *admin) report(t *testing.T) {
	t.Helper()
	links := read[[]string](a.tab, `[...document.querySelectorAll(".exports a")].map(e => e.href)`)
	if len(links) != 2 {
		t.Fatalf("there are files at %q", links)
	}
	a.clicks += len(links)
	_, table := ask(t, http.MethodGet, links[0], "", nil)
	rows, err := csv.NewReader(strings.NewReader(table)).ReadAll()
	if err != nil || len(rows) != 1+lettersFull {
		t.Errorf("the table has %d rows, %v", len(rows), err)
	}
	var entries []shared.NotificationEntry
	_, list := ask(t, http.MethodGet, links[1], "", nil)
	if err := json.Unmarshal([]byte(list), &entries); err != nil || len(entries) != lettersFull {
		t.Errorf("the list has %d entries, %v", len(entries), err)
	}
	for _, one := range entries {
		if one.Failure == nil || one.Failure.Code != "mailbox_full" || one.State != shared.NotificationDead {
			t.Errorf("it has %+v", one)
		}
	}
}
