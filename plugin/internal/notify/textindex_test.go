package notify

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"
)

// textTable is a database of notifications: ids are given in order, but a transaction may end later than the next one.
type textTable struct {
	rows  []textRow // that are visible
	later []textRow // whose transactions have not ended
	next  int64
	reads int
}

// index is an index over the table.
func (d *textTable) index(t testing.TB) *textIndex {
	x := &textIndex{read: d.read, newest: d.newest, some: d.some, directory: t.TempDir()}
	x.ending, x.end = context.WithCancel(t.Context())
	t.Cleanup(func() { x.Close() })
	return x
}

func (d *textTable) read(_ context.Context, after int64, limit int) (found []textRow, _ error) {
	d.reads++
	for _, row := range d.rows {
		if row.id > after {
			found = append(found, row)
		}
	}
	slices.SortFunc(found, func(a, b textRow) int { return int(a.id - b.id) })
	return found[:min(len(found), limit)], nil
}

func (d *textTable) newest(_ context.Context, after, before int64, limit int) (found []textRow, _ error) {
	for _, row := range d.rows {
		if row.id > after && row.id < before {
			found = append(found, row)
		}
	}
	slices.SortFunc(found, func(a, b textRow) int { return int(b.id - a.id) })
	return found[:min(len(found), limit)], nil
}

func (d *textTable) some(_ context.Context, ids []int64) (found []textRow, _ error) {
	for _, row := range d.rows {
		if slices.Contains(ids, row.id) {
			found = append(found, row)
		}
	}
	return found, nil
}

func (d *textTable) newRow(random *rand.Rand) textRow {
	letters := []string{"a", "B", "ü", "Ü", "1", "@", ".", "\n", " ", "\U0001F525"}
	text := func() (text string) {
		for range random.IntN(8) {
			text += letters[random.IntN(len(letters))]
		}
		return text
	}
	d.next++
	return textRow{id: d.next, to: text(), subject: text(), created: time.Now()}
}

// expected searches the plain way.
func (d *textTable) expected(needle string, before int64) (ids []int64) {
	for _, row := range d.rows {
		if row.contains(folded(needle)) && (before == 0 || row.id < before) {
			ids = append(ids, row.id)
		}
	}
	slices.Sort(ids)
	slices.Reverse(ids)
	return ids
}

// TestTextIndex inserts, ends transactions late, deletes, gives ids again, and searches: whatever is there is found,
// whatever is found twice or in the wrong order is not.
func TestTextIndex(t *testing.T) {
	for seed := range seeds(15, 1000) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 9))
			database := &textTable{}
			x := database.index(t)
			for range 200 {
				database.change(random)
				needle := database.newRow(random).to
				database.next--
				if needle == "" {
					continue
				}
				before := int64(0)
				if random.IntN(3) == 0 {
					before = random.Int64N(database.next + 2)
				}
				checkSearch(t, x, database, needle, before)
			}
		})
	}
}

func (d *textTable) change(random *rand.Rand) {
	for range random.IntN(10) {
		if row := d.newRow(random); random.IntN(5) == 0 {
			d.later = append(d.later, row)
		} else {
			d.rows = append(d.rows, row)
		}
	}
	if len(d.later) > 0 && random.IntN(2) == 0 {
		d.rows, d.later = append(d.rows, d.later[0]), d.later[1:]
	}
	if random.IntN(10) == 0 { // The newest are deleted, and their ids given again.
		keep := random.Int64N(d.next + 1)
		d.rows = slices.DeleteFunc(d.rows, func(row textRow) bool { return row.id > keep })
		d.next, d.later = keep, nil
		for _, row := range d.rows {
			d.next = max(d.next, row.id)
		}
	}
}

func checkSearch(t *testing.T, x *textIndex, database *textTable, needle string, before int64) {
	t.Helper()
	var found []int64
	err := x.search(t.Context(), needle, before, int64(len(database.rows)), func(ids []int64) (bool, error) {
		found = append(found, ids...)
		return false, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	there := map[int64]bool{}
	for _, row := range database.rows {
		there[row.id] = true
	}
	found = slices.DeleteFunc(found, func(id int64) bool { return !there[id] })
	if want := database.expected(needle, before); !slices.Equal(found, want) {
		t.Fatalf("%q before %d finds %d, want %d", needle, before, found, want)
	}
}

// TestSearchLeavesNothing looks into the directory while what is searched is in a file of it, and after.
func TestSearchLeavesNothing(t *testing.T) {
	database := &textTable{rows: []textRow{{id: 1, to: "you@example.com", subject: "Alarm"}}}
	x := database.index(t)
	checkSearch(t, x, database, "alarm", 0)
	empty := func(when string) {
		t.Helper()
		if left, err := os.ReadDir(x.directory); err != nil || len(left) > 0 {
			t.Errorf("%s there are %v, %v", when, left, err)
		}
	}
	empty("during a search")
	if err := x.Close(); err != nil {
		t.Error(err)
	}
	empty("at the end")
	nothing := func([]int64) (bool, error) { return false, nil }
	if err := x.search(t.Context(), "alarm", 0, 1, nothing); !errors.Is(err, errClosed) {
		t.Errorf("after the end: %v", err)
	}
}

// TestTextIndexForgets deletes most of many notifications: the file does not keep what is no more.
func TestTextIndexForgets(t *testing.T) {
	database := &textTable{}
	x := database.index(t)
	random := rand.New(rand.NewPCG(1, 2))
	for range 13 * textRows {
		database.rows = append(database.rows, database.newRow(random))
	}
	for range 2 {
		if err := x.catchUp(t.Context(), int64(len(database.rows))); err != nil {
			t.Fatal(err)
		}
		checkSearch(t, x, database, "aB", 0)
		database.rows = database.rows[len(database.rows)-textRows:]
	}
	if x.lines != textRows {
		t.Errorf("%d lines about %d notifications", x.lines, textRows)
	}
}

// TestSearchWhileCatchingUp searches while the file has one part of many notifications, two parts, and all: each time
// all of them are found, and the search waits for one part at most.
func TestSearchWhileCatchingUp(t *testing.T) {
	database := &textTable{}
	for i := range 2*textRows + textRows/2 {
		database.rows = append(database.rows, textRow{id: int64(i + 1), to: fmt.Sprintf("user%d@host.example", i),
			subject: fmt.Sprintf("Alert %d: disk is full", i)})
	}
	for _, needle := range []string{"Alert 7:", "alert 2001:", "user4999@", "nobody"} {
		for _, before := range []int64{0, textRows, textRows + 1, textRows + 2, 2*textRows + 9} {
			x := database.index(t)
			x.catching.Store(true) // Nothing is done in the background.
			for parts := range 4 {
				database.reads = 0
				checkSearch(t, x, database, needle, before)
				if want := int64(min((parts+1)*textRows, len(database.rows))); x.lines != want || database.reads != 1 {
					t.Errorf("after %d searches and %d reads there are %d lines, want %d", parts+1, database.reads, x.lines, want)
				}
			}
		}
	}
}

// TestGrams makes sets of texts: what is in a text is in its set, and few others are.
func TestGrams(t *testing.T) {
	var set grams
	for i := range 130 {
		set.add(fmt.Appendf(nil, "user%d@host%d.example\x00alert %d: disk is full", i, i%50, i))
	}
	for _, text := range []string{"user77@host27", "alert 129: disk", "full", "ful", "", "r1"} {
		if !set.all(gramsOf([]byte(text))) {
			t.Errorf("%q is said to be missing", text)
		}
	}
	wrong := 0
	for i := range 1000 {
		if set.all(gramsOf(fmt.Appendf(nil, "user%d@host1.example", 1000+i))) {
			wrong++
		}
	}
	if wrong > 100 {
		t.Errorf("%d of 1000 that are not there are said to be", wrong)
	}
}

// BenchmarkTextIndex searches among a million for what is not there.
func BenchmarkTextIndex(b *testing.B) {
	database := &textTable{}
	for i := range 1_000_000 {
		database.rows = append(database.rows, textRow{
			id: int64(i + 1), to: fmt.Sprintf("user%d@host%d.example", i, i%1000),
			subject: fmt.Sprintf("Alert %d: disk is full", i),
		})
	}
	x := database.index(b)
	x.read = func(_ context.Context, after int64, limit int) ([]textRow, error) {
		rest := database.rows[after:]
		return rest[:min(limit, len(rest))], nil
	}
	if err := x.catchUp(b.Context(), 1_000_000); err != nil {
		b.Fatal(err)
	}
	nothing := func(ids []int64) (bool, error) { b.Error("found", ids); return true, nil }
	for _, text := range []string{"nobody@example", "alert x: disk", "user7 host7"} {
		b.Run(text, func(b *testing.B) {
			for b.Loop() {
				if err := x.search(b.Context(), text, 0, 1_000_000, nothing); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestGapsByTheDatabasesClock has the machine be an hour ahead of the database, and behind: ids that are missing
// among new ones are waited for, and among old ones are not.
func TestGapsByTheDatabasesClock(t *testing.T) {
	for _, ahead := range []time.Duration{time.Hour, -time.Hour} {
		x := textIndex{clock: &databaseClock{}, gaps: map[int64]time.Time{}}
		now := time.Now()
		x.clock.last.Store(&clockReading{at: now, said: now.Add(-ahead)})
		x.note(textRow{id: 1, created: x.clock.Now().Add(-time.Hour)})
		x.note(textRow{id: 3, created: x.clock.Now().Add(-time.Hour)})
		if len(x.gaps) > 0 {
			t.Errorf("ahead by %s: what is missing among old ones is waited for", ahead)
		}
		if x.note(textRow{id: 5, created: x.clock.Now()}); len(x.gaps) != 1 {
			t.Errorf("ahead by %s: what is missing among new ones is %v", ahead, x.gaps)
		}
	}
}
