//! The pictures: sound XML and DOT, boxes apart from each other, text inside its box.

use crate::programs::GRAPHS;

/// An element of an SVG file.
#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
    children: Vec<Element>,
}

impl Element {
    /// Reads a file; panics where it is not well formed.
    fn parse(svg: &str) -> Self {
        let mut open = vec![Self::default()];
        let mut rest = svg;
        while let Some(at) = rest.find('<') {
            let (text, tag) = rest.split_at(at);
            assert!(!text.contains('>'), "a bare `>` in {text:?}");
            open.last_mut().unwrap().text += text;
            let (tag, after) = tag[1..].split_once('>').expect("a tag ends");
            rest = after;
            if let Some(name) = tag.strip_prefix('/') {
                let done = open.pop().unwrap();
                assert_eq!(done.name, name, "tags nest");
                open.last_mut().unwrap().children.push(done);
                continue;
            }
            let (tag, closed) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
            let element = Self::open(tag);
            if closed {
                open.last_mut().unwrap().children.push(element);
            } else {
                open.push(element);
            }
        }
        assert_eq!(open.len(), 1, "all tags are closed");
        assert_eq!(open[0].children.len(), 1, "there is one root");
        for entity in svg.split('&').skip(1) {
            let known = ["amp;", "lt;", "gt;", "quot;"];
            assert!(known.iter().any(|name| entity.starts_with(name)), "&{entity:.8}");
        }
        open.pop().unwrap().children.pop().unwrap()
    }

    /// `name a="b" c="d"`.
    fn open(tag: &str) -> Self {
        let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
        let mut attributes: Vec<(String, String)> = Vec::new();
        while !rest.trim().is_empty() {
            let (key, value) = rest.split_once("=\"").expect("an attribute has a value");
            let (value, after) = value.split_once('"').expect("a value ends");
            assert!(!attributes.iter().any(|(k, _)| k == key.trim()), "`{key}` twice");
            attributes.push((key.trim().to_owned(), value.to_owned()));
            rest = after;
        }
        Self { name: name.to_owned(), attributes, ..Self::default() }
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.attributes.iter().find(|(k, _)| k == key).map(|(_, value)| &**value)
    }

    fn number(&self, key: &str) -> f64 {
        self.get(key).map_or(0.0, |value| value.parse().expect("a number"))
    }

    /// Where `transform` moves what is inside.
    fn moved(&self) -> (f64, f64) {
        let Some(transform) = self.get("transform") else { return (0.0, 0.0) };
        let inside = transform.strip_prefix("translate(").and_then(|t| t.strip_suffix(')'));
        let (x, y) = inside.expect("a translation").split_once(',').expect("two numbers");
        (x.parse().expect("a number"), y.parse().expect("a number"))
    }

    /// Calls `f` on every element and the place of its origin.
    fn walk<'a>(&'a self, at: (f64, f64), f: &mut dyn FnMut(&'a Self, (f64, f64))) {
        let moved = self.moved();
        let at = (at.0 + moved.0, at.1 + moved.1);
        f(self, at);
        self.children.iter().for_each(|child| child.walk(at, f));
    }

    fn has_class(&self, class: &str) -> bool {
        self.get("class") == Some(class)
    }
}

/// Upper left and lower right corner.
type Area = [f64; 4];

/// The boxes of the nodes, with the nodes.
fn boxes(svg: &Element) -> Vec<(Area, &Element)> {
    let mut boxes = Vec::new();
    svg.walk((0.0, 0.0), &mut |element, (x, y)| {
        if element.has_class("node") {
            let rect = element.children.iter().find(|child| child.has_class("box")).unwrap();
            let area = [x, y, x + rect.number("width"), y + rect.number("height")];
            boxes.push((area, element));
        }
    });
    boxes
}

#[test]
fn boxes_stand_apart_and_inside_the_picture() {
    for graph in GRAPHS {
        let svg = Element::parse(&graph.to_svg());
        let boxes = boxes(&svg);
        assert_eq!(boxes.len(), graph.nodes().len() + graph.backward().len());
        let (width, height) = (svg.number("width"), svg.number("height"));
        for (i, ([left, top, right, bottom], _)) in boxes.iter().enumerate() {
            assert!(*left >= 0.0 && *top >= 0.0 && *right <= width && *bottom <= height);
            for (other, _) in &boxes[..i] {
                let apart = other[2] <= *left
                    || *right <= other[0]
                    || other[3] <= *top
                    || *bottom <= other[1];
                assert!(apart, "boxes overlap in the picture of {}", graph.name());
            }
        }
    }
}

#[test]
fn text_stays_inside_its_box() {
    // The widest of the monospaced fonts in the picture's list.
    let advance = |class: &str| 0.61 * if class == "op" { 13.0 } else { 11.0 };
    for graph in GRAPHS {
        let svg = Element::parse(&graph.to_svg());
        for ([left, top, right, bottom], node) in boxes(&svg) {
            let texts: Vec<_> = node.children.iter().filter(|c| c.name == "text").collect();
            assert!(texts.len() >= 2, "an operation and a number");
            for text in texts {
                let entities = ["&amp;", "&lt;", "&gt;", "&quot;"];
                let plain = entities.iter().fold(text.text.clone(), |t, e| t.replace(e, "?"));
                let width =
                    plain.chars().count() as f64 * advance(text.get("class").unwrap_or_default());
                let x = text.number("x");
                let at_end = text.get("text-anchor") == Some("end");
                let (from, to) = if at_end { (x - width, x) } else { (x, x + width) };
                assert!(from >= 0.0 && to <= right - left + 0.1, "{plain} in {}", graph.name());
                let baseline = text.number("y");
                assert!(baseline >= 11.0 && baseline <= bottom - top - 3.0, "{plain}");
            }
        }
    }
}

#[test]
fn leaves_have_colours_of_their_own() {
    let svg = Element::parse(&crate::programs::wave::GRAPH.to_svg());
    let fill = |i: usize| {
        let node = boxes(&svg)[i].1;
        node.children.iter().find(|child| child.has_class("box")).unwrap().get("fill").unwrap()
    };
    let nodes = crate::programs::wave::GRAPH.nodes();
    let operation = nodes.iter().position(|node| node.label() == Some("phase")).unwrap();
    let (active, constant) = (fill(0), fill(1));
    assert!(active != constant && constant != fill(operation) && active != fill(operation));
    let output = nodes.len() - 1;
    assert!(![active, constant, fill(operation)].contains(&fill(output)));
}

#[test]
fn regions_are_in_the_legend_and_on_the_boxes() {
    let svg = crate::programs::branches::GRAPH.to_svg();
    for region in ["for i (line ", "if (line ", "else (line ", "while (line "] {
        assert!(svg.matches(&format!(">{region}")).count() >= 2, "{region}");
    }
}

/// Braces and quotes match, so that Graphviz reads the whole file as one graph.
#[test]
fn dot_is_one_digraph() {
    for graph in GRAPHS {
        let dot = graph.to_dot();
        let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
        for (at, c) in dot.char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => quoted = !quoted,
                '{' if !quoted => depth += 1,
                '}' if !quoted => {
                    depth -= 1;
                    assert!(depth > 0 || at + 2 == dot.len(), "{dot}");
                }
                _ => {}
            }
        }
        assert!(depth == 0 && !quoted);
        let nodes = dot
            .lines()
            .filter(|line| line.trim_start().starts_with('n') && line.contains("[label="));
        assert_eq!(nodes.count(), graph.nodes().len() + graph.backward().len());
    }
}

#[test]
fn tables_have_a_line_for_each_node() {
    for graph in GRAPHS {
        let lines = graph.to_string().lines().filter(|line| line.starts_with("  %")).count();
        assert_eq!(lines, graph.nodes().len() + graph.backward().len());
    }
}
