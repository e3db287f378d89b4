package notify

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
)

// searchedAtOnce is how many notifications that contain a text are looked at together.
const searchedAtOnce = 500

// search returns the ids of what is wanted and contains the text, newest first. Where a condition is met by few, their
// texts are read; otherwise what contains the text is looked up, and then what of it meets the conditions.
func (q *queue) search(ctx context.Context, text string, wanted selection, classes []string) ([]int64, error) {
	selections, err := q.selections(ctx, wanted, classes)
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, one := range selections {
		find := q.searchMany
		if slices.ContainsFunc(one.conditions, func(c condition) bool { return c.count < fewRows }) {
			find = q.searchFew
		}
		found, err := find(ctx, text, one)
		if err != nil {
			return nil, err
		}
		ids = append(ids, found...)
	}
	slices.SortFunc(ids, func(a, b int64) int { return cmp.Compare(b, a) })
	return ids[:min(len(ids), wanted.limit)], nil
}

func (q *queue) searchFew(ctx context.Context, text string, wanted selection) (ids []int64, err error) {
	limit := wanted.limit
	wanted.limit = fewRows
	rows, err := q.readTexts(ctx, q.selectQuery(textColumns, wanted))
	for _, row := range rows {
		if row.contains(text) && len(ids) < limit {
			ids = append(ids, row.id)
		}
	}
	return ids, err
}

func (q *queue) searchMany(ctx context.Context, text string, wanted selection) (ids []int64, err error) {
	total, err := q.total(ctx)
	if err != nil {
		return nil, err
	}
	err = q.texts.search(ctx, text, wanted.before, total, func(found []int64) (enough bool, err error) {
		for some := range slices.Chunk(found, searchedAtOnce) {
			one := wanted
			one.conditions = append(slices.Clone(wanted.conditions), q.theseIDs(some))
			one.limit = wanted.limit - len(ids)
			meeting, err := q.readIDs(ctx, q.selectQuery("id", one))
			if err != nil {
				return false, err
			}
			if ids = append(ids, meeting...); len(ids) >= wanted.limit {
				return true, nil
			}
		}
		return false, nil
	})
	return ids, err
}

// total is how many notifications there are; as long as they are not counted it is more than there may be.
func (r *riverStore) total(ctx context.Context) (total int64, err error) {
	counts, counted, err := r.keptCounts(ctx)
	if err == nil && !counted {
		return math.MaxInt32, nil
	}
	for class, count := range counts {
		if class != heldClass { // It is counted twice.
			total += count
		}
	}
	return total, err
}

// theseIDs is the condition that an id is one of them.
func (r *riverStore) theseIDs(ids []int64) condition {
	return condition{
		expression: "id", compared: r.dialect.among("%s"), arguments: []any{r.dialect.list(ids)}, count: int64(len(ids)),
	}
}

const textColumns = "id, created_at, args ->> 'to', args ->> 'subject'"

func (r *riverStore) readTexts(ctx context.Context, q query) (texts []textRow, err error) {
	rows, err := r.bulk.QueryContext(ctx, q.text, q.arguments...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var one textRow
		if err := rows.Scan(&one.id, &one.created, &one.to, &one.subject); err != nil {
			return nil, err
		}
		texts = append(texts, one)
	}
	return texts, rows.Err()
}

// textsAfter reads the texts of what comes after an id, oldest first.
func (r *riverStore) textsAfter(ctx context.Context, id int64, limit int) ([]textRow, error) {
	return r.readTexts(ctx, query{
		text:      fmt.Sprintf("SELECT %s FROM river_job WHERE id > $1 ORDER BY id LIMIT %d", textColumns, limit),
		arguments: []any{id},
	})
}

// newestTexts reads the texts of what comes after an id and before another, newest first.
func (r *riverStore) newestTexts(ctx context.Context, after, before int64, limit int) ([]textRow, error) {
	return r.readTexts(ctx, query{
		text: fmt.Sprintf("SELECT %s FROM river_job WHERE id > $1 AND id < $2 ORDER BY id DESC LIMIT %d", textColumns,
			limit),
		arguments: []any{after, before},
	})
}

// textsOf reads the texts of the ids that there are.
func (r *riverStore) textsOf(ctx context.Context, ids []int64) ([]textRow, error) {
	return r.readTexts(ctx, r.selectQuery(textColumns, selection{
		conditions: []condition{r.theseIDs(ids)}, limit: math.MaxInt32,
	}))
}
