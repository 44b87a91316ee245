//! What makes an edit look like the hand of the author.

use super::support::{add, edited, map, plan_in, rename, replace};
use patternwarden_tree::{Edit, Op, Value};

#[test]
fn what_moves_keeps_its_text() {
    let text = "spec:\n  containers:\n  - name: a\n    image: x # pinned\n    # why\n    args: [1,  2]\n  - name: b\nstatus: 1\n";
    assert_eq!(
        edited(
            text,
            &[
                add("/spec/initContainers", Value::seq([])),
                rename("/spec/containers/0", "/spec/initContainers/-")
            ]
        ),
        "spec:\n  initContainers:\n  - name: a\n    image: x # pinned\n    # why\n    args: [1,  2]\n  containers:\n  - name: b\nstatus: 1\n"
    );
    assert_eq!(edited("a: 1 # c\nb: 2\n", &[rename("/a", "/x")]), "x: 1 # c\nb: 2\n");
    assert_eq!(
        edited("a:\n    b: 1 # c\n\n    d: |\n      x\nz:\n  y: 1\n", &[rename("/a", "/z/q")]),
        "z:\n  y: 1\n  q:\n    b: 1 # c\n\n    d: |\n      x\n"
    );
    assert_eq!(
        edited("l:\n- a\n- b # B\n- c\n", &[rename("/l/1", "/l/0")]),
        "l:\n- b # B\n- a\n- c\n"
    );
    assert_eq!(edited("{\"a\": 1, \"b\": {}}\n", &[rename("/a", "/b/c")]), "{\"b\": {\"c\": 1}}\n");
}

#[test]
fn of_a_key_that_stands_twice_the_last_one_stays() {
    let keep = |pointer: &str| Edit::new(pointer, Op::KeepLast);
    assert_eq!(
        edited("a: 1\nb: 2\na: 3\nc: 4\na: 5 # last\n", &[keep("/a")]),
        "b: 2\nc: 4\na: 5 # last\n"
    );
    assert_eq!(edited("- a: 1\n  a: 2\n", &[keep("/0/a")]), "- a: 2\n");
    assert_eq!(edited("x: {a: 1, a: 2}\n", &[keep("/x/a")]), "x: {a: 2}\n");
    let join = [keep("/l"), replace("/l", Value::seq(["a".into(), "b".into()]))];
    assert_eq!(edited("l:\n- a\nl:\n# why b\n- b\n", &join), "l:\n- a\n# why b\n- b\n");
}

#[test]
fn a_map_that_is_replaced_keeps_what_stays_the_same() {
    let text = "labels:\n  app: a # the app\n  tier: front\n  # old\n  x: 1\n";
    let value = map([("app", "a".into()), ("tier", "back".into()), ("new", "next".into())]);
    assert_eq!(
        edited(text, &[replace("/labels", value)]),
        "labels:\n  app: a # the app\n  tier: back\n  new: next\n  # old\n"
    );
}

#[test]
fn a_value_that_replaces_itself_is_written_as_it_is_read() {
    let text = "mode: 0644 # octal\non: yes\nx: 1\nz: 'no'\n";
    let edits =
        [replace("/mode", 420), replace("/true", true), replace("/x", 1), replace("/true", true)];
    let out = edited(text, &edits);
    assert_eq!(out, "mode: 420 # octal\non: true\nx: 1\nz: 'no'\n");
    assert_eq!(plan_in(&out, 0, &edits).unwrap(), []);
}

#[test]
fn placeholders_are_ranges() {
    let hole = || Value::Placeholder("<image digest>".into());
    for (text, pointer) in
        [("a: 1\n", "/b"), ("a: [x]\n", "/a/-"), ("{\"a\": 1}", "/b"), ("a: <x>\n", "/a")]
    {
        let plan = plan_in(text, 0, &[add(pointer, hole())]).unwrap();
        let edit = &plan[0];
        assert_eq!((plan.len(), edit.placeholders.len()), (1, 1), "{plan:?}");
        assert_eq!(edit.placeholders[0].of(&edit.text), "<image digest>");
    }
}

#[test]
fn new_keys_follow_the_order_of_their_neighbours() {
    let text = "name: a\nimage: b\n# limits\nresources: {}\n";
    assert_eq!(
        edited(text, &[add("/command", Value::seq(["x".into()]))]),
        "name: a\nimage: b\ncommand:\n- x\n# limits\nresources: {}\n"
    );
    assert_eq!(
        edited("kind: Pod\nspec: {}\n", &[add("/metadata/name", "x")]),
        "kind: Pod\nmetadata:\n  name: x\nspec: {}\n"
    );
    assert_eq!(
        edited("{kind: Pod, spec: {}}\n", &[add("/metadata/name", "x")]),
        "{kind: Pod, metadata: {name: x}, spec: {}}\n"
    );
}
