package notify

import (
	"fmt"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

func init() {
	databaseTests["case of letters in recipients"] = testCaseOfRecipients
	databaseTests["recipients of an earlier version beside"] = testFoldedBeside
}

// testFoldedBeside has an earlier version accept notifications beside this one, one of them in a transaction that ends
// after others that began later: they are found. What is old is not looked at again.
func testFoldedBeside(t *testing.T, database *store.Store) {
	s := newService(t, database)
	take := func(key, to string) {
		t.Helper()
		if _, err := s.take(t.Context(), []outgoing{{Key: key, To: to}}); err != nil {
			t.Fatal(err)
		}
	}
	fold := func(want int) {
		t.Helper()
		wanted := shared.NotificationFilter{Recipient: "ПОЧТА@пример.example"}
		err := s.foldRecipients(t.Context())
		if found := countListed(t, s, shared.ListRequest{NotificationFilter: wanted}); err != nil || found != want {
			t.Errorf("%d of %d are found, %v", found, want, err)
		}
	}
	until := func() (state foldedUntil) {
		t.Helper()
		if _, err := store.ReadState(t.Context(), database.DB(), stateFolded, &state); err != nil {
			t.Fatal(err)
		}
		return state
	}
	take("first", "почта@ПРИМЕР.example")
	execute(t, database, "UPDATE river_job SET id = id + 1000")
	fold(1)
	take("beside", "Почта@пример.example")
	fold(2)
	take("late", "Почта@пример.example")
	execute(t, database, "UPDATE river_job SET id = 500 WHERE args ->> 'key' = 'late'")
	fold(3)
	if at := until(); at.Until != 0 || !at.All {
		t.Errorf("what is new is not looked at again: %+v", at)
	}
	if _, err := database.DB().Exec("UPDATE river_job SET created_at = $1",
		s.queue.dialect.instant(time.Now().Add(-time.Hour))); err != nil {
		t.Fatal(err)
	}
	if fold(3); until().Until < 1000 {
		t.Errorf("what is old is looked at again: %+v", until())
	}
}

// testCaseOfRecipients looks for recipients with letters of many scripts in another case, as they are accepted now and
// as an earlier version has stored them.
func testCaseOfRecipients(t *testing.T, database *store.Store) {
	s := newService(t, database)
	recipients := map[string][]string{
		"bücher@münchen.example": {"BÜCHER@münchen.example", "bücher@MÜNCHEN.example", "MÜNCHEN.example",
			"münchen.EXAMPLE"},
		"ΠΑΡΆΔΕΙΓΜΑ@Αθήνα.example": {"παράδειγμα@αθήνα.example", "ΑΘΉΝΑ.example"},
		"Почта@ПРИМЕР.example":     {"почта@пример.example", "ПОЧТА@пример.EXAMPLE"},
		"Anna@Mail.Example":        {"anna@mail.example", "ANNA@MAIL.EXAMPLE", "MAIL.example"},
		"Jörg@ascii.example":       {"jÖRG@ascii.example", "ASCII.example"},
	}
	for to := range recipients {
		if _, err := s.take(t.Context(), []outgoing{{Key: "earlier", To: to}}); err != nil {
			t.Fatal(err)
		}
	}
	again := newService(t, database)
	if err := again.foldRecipients(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := again.Notify(t.Context(), shared.NotifyRequest{Notifications: notificationsTo(recipients)}); err != nil {
		t.Fatal(err)
	}
	for _, one := range []*Service{again, newService(t, database)} {
		for to, sought := range recipients {
			for _, wanted := range append(sought, to) {
				list, err := one.List(t.Context(), shared.ListRequest{
					NotificationFilter: shared.NotificationFilter{Recipient: wanted},
				})
				if err != nil || len(list.Entries) != 2 || list.Entries[0].To != to || list.Entries[1].To != to {
					t.Errorf("%s finds %+v, %v", wanted, list.Entries, err)
				}
			}
		}
	}
	var folded int
	if err := database.DB().QueryRow("SELECT COUNT(*) FROM river_job WHERE " + recipientFolded + " IS NOT NULL").
		Scan(&folded); err != nil || folded != 8 {
		t.Errorf("%d have a folded recipient beside, %v", folded, err)
	}
}

func notificationsTo(recipients map[string][]string) (all []shared.Notification) {
	for to := range recipients {
		all = append(all, shared.Notification{Key: fmt.Sprint("now ", len(all)), To: to, Subject: "s", Text: "x"})
	}
	return all
}
