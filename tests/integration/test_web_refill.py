"""Refill: what was typed stands in the form again, in every kind of field."""

from __future__ import annotations

from engine.store.desk.typed_forms import StoredForm
from engine.web.forms.refill import fill


def test_every_kind_of_field_is_filled_in() -> None:
    page = (
        '<p>é</p><form method="post" action="/x"><input type="hidden" name="known" value="B">'
        '<input name="area"></form>\n'
        '<form method="post" action="/x"><input type="hidden" name="csrf" value="now">'
        '<input type="hidden" name="known" value="A"><input class="c" name="area" value="old">'
        '<select name="s"><option value="1" selected>One</option><option value="2">Two</option></select>'
        '<input type="checkbox" name="c" value="1" checked><input type="checkbox" name="c" value="2">'
        '<textarea id="t" name="t">old &amp; gone</textarea><input type="password" name="p"></form><i>after</i>'
    )
    fields = [
        ("known", "A"),
        ("csrf", "then"),
        ("area", 'a"b'),
        ("s", "2"),
        ("c", "2"),
        ("t", "</textarea>"),
        ("p", "x"),
    ]
    filled, found = fill(page, StoredForm("/x", fields, late=True))
    assert found
    assert filled == (
        '<p>é</p><form method="post" action="/x"><input type="hidden" name="known" value="B">'
        '<input name="area"></form>\n'
        '<form method="post" action="/x"><input type="hidden" name="csrf" value="now">'
        '<input type="hidden" name="known" value="A"><input class="c" name="area" value="a&#34;b">'
        '<select name="s"><option value="1">One</option><option value="2" selected="selected">Two</option></select>'
        '<input type="checkbox" name="c" value="1"><input type="checkbox" name="c" value="2" checked="checked">'
        '<textarea id="t" name="t">\n&lt;/textarea&gt;</textarea><input type="password" name="p"></form><i>after</i>'
    )
    assert fill(page, StoredForm("/y", fields, late=True)) == (page, False)


def test_of_several_forms_at_one_address_the_one_that_asks_for_it_is_filled_in() -> None:
    row = '<form method="post" action="/x"><input type="hidden" name="known" value="A"><input name="area"></form>'
    search, new = (f'<form method="post" action="/x"><input name="{name}"></form>' for name in ("search", "name"))
    page = f'{search}{row}<form method="post" action="/x"><input name="name"><input name="area"></form>'
    filled, found = fill(page, StoredForm("/x", [("name", "New"), ("area", "North")], late=True))
    assert found
    assert filled.startswith(search + row)
    assert '<input name="name" value="New"><input name="area" value="North">' in filled
    filled, found = fill(page, StoredForm("/x", [("known", "A"), ("area", "North")], late=True))
    assert (found, row.replace('name="area"', 'name="area" value="North"') in filled) == (True, True)
    # One that lacks something of it is filled in as far as it goes, and what was typed is shown beside it.
    filled, found = fill(new, StoredForm("/x", [("name", "New"), ("area", "North"), ("note", " ")], late=True))
    assert (found, filled) == (False, new.replace('name="name"', 'name="name" value="New"'))
