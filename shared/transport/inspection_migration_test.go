package transport

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestLongMove tells for six hours how far a move is, as often as a plugin does, with a host that is held up for
// minutes now and then: it is not cut off.
func TestLongMove(t *testing.T) {
	const all = 6 * time.Hour / migrateNews
	synctest.Test(t, func(t *testing.T) {
		stream := newMigrateStream(&inspection{})
		for i := range all {
			const waiting = 5 * time.Minute / migrateNews
			switch place := i % (10 * waiting); {
			case place == 0:
				time.Sleep(waiting * migrateNews) // Then what has waited comes at once.
			case place >= waiting:
				time.Sleep(migrateNews)
			}
			if err := stream.take(&shared.MigrateProgress{Table: "river_job", Done: int64(i), All: int64(all)}); err != nil {
				t.Fatalf("event %d: %v", i, err)
			}
		}
		if err := errors.Join(stream.take(&shared.MigrateResult{To: "a database"}), stream.end()); err != nil {
			t.Error(err)
		}
	})
}

// TestEndlessMove cuts off a plugin that talks without end, whatever it says.
func TestEndlessMove(t *testing.T) {
	for name, event := range map[string]any{"progress": &shared.MigrateProgress{}, "unknown events": nil} {
		synctest.Test(t, func(t *testing.T) {
			stream, told := newMigrateStream(&inspection{}), 0
			for ; stream.take(event) == nil && told <= 2*migrateBurst; told++ {
				time.Sleep(time.Millisecond)
			}
			if told > 2*migrateBurst || !errors.Is(stream.err, shared.ErrContractBroken) {
				t.Errorf("%s: %d events, %v", name, told, stream.err)
			}
		})
	}
}
