package form

import (
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// TestPlurals writes what is counted in languages with one, two and four plural forms.
func TestPlurals(t *testing.T) {
	now := time.Now()
	for _, c := range []struct {
		said text.Text
		want map[string]string
	}{
		{ago(now.Add(-30 * time.Second)), map[string]string{"en": "just now", "de": "gerade eben",
			"ru": "только что"}},
		{
			ago(now.Add(-61 * time.Second)),
			map[string]string{"en": "a minute ago", "de": "vor einer Minute", "ru": "1 минуту назад",
				"ja": "1 分前に"},
		},
		{
			ago(now.Add(-3 * time.Minute)),
			map[string]string{"en": "3 minutes ago", "de": "vor 3 Minuten", "ru": "3 минуты назад",
				"ja": "3 分前に"},
		},
		{
			ago(now.Add(-11 * time.Minute)),
			map[string]string{"de": "vor 11 Minuten", "ru": "11 минут назад", "fr": "il y a 11 minutes"},
		},
		{
			ago(now.Add(-21 * time.Minute)),
			map[string]string{"en": "21 minutes ago", "de": "vor 21 Minuten", "ru": "21 минуту назад"},
		},
		{
			ago(now.Add(-61 * time.Minute)),
			map[string]string{"en": "an hour ago", "de": "vor einer Stunde", "ru": "1 час назад", "zh": "1 小时前"},
		},
		{ago(now.Add(-23 * time.Hour)), map[string]string{"de": "vor 23 Stunden", "ru": "23 часа назад"}},
		{
			ago(now.Add(-25 * time.Hour)),
			map[string]string{"en": "a day ago", "de": "vor einem Tag", "ru": "1 день назад", "es": "hace un día"},
		},
		{ago(now.Add(-100 * day)), map[string]string{"en": "100 days ago", "de": "vor 100 Tagen",
			"ru": "100 дней назад"}},
		{duration(time.Second), map[string]string{"en": "1 second", "de": "1 Sekunde", "ru": "1 секунду",
			"ja": "1 秒"}},
		{duration(59*time.Minute + 59*time.Second), map[string]string{"en": "1 hour", "de": "1 Stunde"}},
		{duration(time.Minute), map[string]string{"en": "1 minute", "de": "1 Minute", "pt": "1 minuto",
			"ru": "1 минуту"}},
		{duration(150 * time.Second), map[string]string{"en": "3 minutes", "ru": "3 минуты"}},
		{duration(time.Hour), map[string]string{"en": "1 hour", "de": "1 Stunde", "fr": "1 heure", "ru": "1 час"}},
		{duration(time.Millisecond), map[string]string{"en": "1 second"}},
		{serviceText(&shared.ServiceStatus{State: shared.ServiceRunning, DeliveredLastMinute: 1}), map[string]string{
			"en": "The notification service is running: 1 delivered in the last minute, 0 waiting.",
			"de": "Der Benachrichtigungsdienst läuft: 1 in der letzten Minute zugestellt, 0 ausstehend.",
			"ru": "Служба уведомлений работает: 1 уведомление " +
				"доставлено за последнюю минуту, 0 ожидают.",
			"ja": "通知サービスは実行中です。直近 1 分間の配信は 1 件、待機中は 0 件。",
		}},
	} {
		for tag, want := range c.want {
			if got := catalog.Language(tag).Render(c.said); got != want {
				t.Errorf("%s in %s is %q, want %q", c.said, tag, got, want)
			}
		}
	}
}

// TestNotificationsAreCounted renders what fits a filter, whose template counts by itself.
func TestNotificationsAreCounted(t *testing.T) {
	view := &notificationsView{Of: wanted{Search: "disk"}, Matched: 3}
	for tag, want := range map[string]string{"en": "3 notifications fit", "de": "3 Benachrichtigungen passen",
		"ru": "Подходят 3 уведомления", "ja": "3 件の通知が該当"} {
		var written strings.Builder
		if err := templatesIn(catalog.Language(tag)).ExecuteTemplate(&written, "listed", view); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(written.String(), want) {
			t.Errorf("%s lacks %q:\n%s", tag, want, written.String())
		}
	}
}

// TestDurationsComeNearer counts down from two hours: what is told never grows, and never goes back to another unit.
func TestDurationsComeNearer(t *testing.T) {
	told, reader := map[string]bool{}, text.Language{}
	last := ""
	for left := 2 * time.Hour; left > 0; left -= time.Second {
		said := reader.Render(duration(left))
		if said != last && told[said] || strings.HasPrefix(said, "60 ") {
			t.Fatalf("%v is told as %q", left, said)
		}
		told[said], last = true, said
	}
}
