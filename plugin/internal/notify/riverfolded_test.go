package notify

import (
	"fmt"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

func init() { databaseTests["case of letters in recipients"] = testCaseOfRecipients }

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
