"""The settings form as plain values: templates draw it, they compute nothing.

`build_form(trigger, raw, errors)` -> FormView, from `engine.fields.scenario_fields`; no AWS number stands here.
The form is one GET form on `/` whose inputs are the whole link; each name is a flat link key.

FormView
    trigger    key of the chosen trigger ("sqs")
    triggers   [Choice] for the trigger picker (an input named "trigger"); Choice(value, label, selected, help)
    hidden     [(name, value)] inputs of type hidden: v, rules
    sections   [Section(key, title, inputs)], key: settings | function | traffic | failures | run
    errors     [Problem(field, id, title, message, code)]: the summary on top; id is the input to jump to, "" where the error
               belongs to no input (an unknown key); field is the flat key

Input
    name       flat key ("batch_size"); id: "id_batch_size", or "id_traffic_count-burst" for an input of one variant
    title      AWS's own name ("BatchSize"); help: one sentence; unit: "s", "ms", "" ...
    kind       number | select | text | json  (json: textarea holding one JSON value; booleans and lists of choices are
               selects, because an unticked box would vanish from the link)
    value      the text to show, as the person typed it if it was wrong; "" is "not set" where nullable
    minimum maximum step   texts for the attributes of a number ("" = leave the attribute out; step "1" or "any")
    choices    [Choice] of a select
    nullable   may be left empty (placeholder: "not set")
    assumed    True: show the badge ASSUMED
    error      sentence to show at the field ("" = none); set aria-invalid and aria-describedby
    chooses    True: this select picks a variant (traffic, duration): when it changes, show and enable the inputs whose
               variant_of is its name and whose variant is its value, hide and disable the others (a disabled input is not
               part of the link). Several inputs may share one name; never is more than one of them enabled.
    variant_of name of that select, "" for an input that always applies
    variant    its value for which this input applies
    active     False: draw it hidden and disabled

Without JavaScript a changed trigger or variant is applied by a submit button `<button name="update" value="1">`:
`/?...&update=1` keeps every field that still applies and redirects to the canonical link. With JavaScript,
`/trigger-form/?...` (the same parameters) answers the partial `_form.html` with context {"form": FormView, "link": "/?..."}.
"""
