//! What the graph says of each node.

use autodiff::{Graph, Node};

use crate::programs::{self, GRAPHS, WAVE};

fn node(graph: &'static Graph, label: &str) -> &'static Node {
    let mut nodes = graph.nodes().iter().filter(|node| node.label() == Some(label));
    nodes.next().unwrap_or_else(|| panic!("`{label}` is not in\n{graph}"))
}

fn gradients(graph: &'static Graph) -> Vec<Option<&'static str>> {
    graph
        .gradients()
        .iter()
        .map(|i| graph.node(*i).expect("an index of the graph").label())
        .collect()
}

#[test]
fn nodes_have_what_the_source_says() {
    let graph = programs::wave::GRAPH;
    assert_eq!(graph.name(), "wave");

    let x = node(graph, "x");
    assert_eq!((x.op(), x.ty(), x.line(), x.column()), ("input", "f64", WAVE + 2, 13));
    assert!(x.is_leaf() && x.requires_grad());
    assert_eq!(x.grad_fn(), None);
    assert_eq!(node(graph, "w").ty(), "&[f64]");

    let times = node(graph, "times");
    assert_eq!((times.ty(), times.is_leaf(), times.requires_grad()), ("usize", true, false));

    let phase = node(graph, "phase");
    assert_eq!((phase.op(), phase.ty(), phase.line()), ("mul", "f64", WAVE + 3));
    assert_eq!(phase.grad_fn(), Some("MulBackward"));
    assert!(!phase.is_leaf() && phase.requires_grad());

    let height = node(graph, "height");
    assert_eq!((height.op(), height.line(), height.column()), ("sin", WAVE + 4, 24));
    let read: Vec<_> = height.inputs().iter().map(|i| graph.nodes()[*i].label()).collect();
    assert_eq!(read, [Some("phase")]);

    let output = &graph.nodes()[graph.outputs()[0]];
    assert_eq!((output.op(), output.ty(), output.region()), ("mul", "f64", None));
}

#[test]
fn leaves_are_parameters_and_constants() {
    for graph in GRAPHS {
        for node in graph.nodes() {
            assert_eq!(node.is_leaf(), node.inputs().is_empty() && node.grad_fn().is_none());
            assert_eq!(node.grad_fn().is_some(), node.requires_grad() && !node.is_leaf());
        }
        assert!(graph.backward().iter().all(|node| !node.requires_grad()));
    }
}

#[test]
fn every_node_reads_earlier_ones() {
    for graph in GRAPHS {
        let forward = graph.nodes().len();
        let counts = [(0, graph.nodes()), (forward, graph.backward())];
        for (first, nodes) in counts {
            for (i, node) in nodes.iter().enumerate() {
                assert!(node.inputs().iter().all(|input| *input < first + i), "{i} in\n{graph}");
                assert!(node.line() > 0 && node.column() > 0, "{i} in\n{graph}");
            }
        }
        assert!(graph.outputs().iter().all(|i| *i < forward));
        assert!(graph.gradients().iter().all(|i| graph.node(*i).is_some()));
    }
}

#[test]
fn gradients_are_those_of_the_active_parameters() {
    assert_eq!(gradients(programs::wave::GRAPH), [Some("x_bar"), Some("w_bar")]);
    assert_eq!(gradients(programs::branches::GRAPH), [Some("x_bar"), Some("rate_bar")]);
    assert_eq!(gradients(programs::decay::GRAPH), [Some("u_bar"), Some("dt_bar")]);
    assert_eq!(gradients(programs::calls::GRAPH), [Some("u_bar"), Some("dt_bar")]);
    assert_eq!(gradients(programs::root::GRAPH), [Some("square_bar")]);
}

/// What the backward graph does leads from a seed to a gradient.
#[test]
fn the_backward_graph_has_no_loose_ends() {
    for graph in GRAPHS {
        let first = graph.nodes().len();
        let read = |i: usize| graph.backward().iter().any(|node| node.inputs().contains(&i));
        for (i, node) in graph.backward().iter().enumerate() {
            let gradient = graph.gradients().contains(&(first + i));
            let goes_on = node.region().is_some() && node.label().is_some();
            assert!(
                gradient || goes_on || node.op() == "seed" || read(first + i),
                "%{} leads nowhere in\n{graph}",
                first + i
            );
        }
    }
}

#[test]
fn control_flow_is_named() {
    let graph = programs::branches::GRAPH;
    let regions: Vec<_> = graph.nodes().iter().filter_map(Node::region).collect();
    for part in ["for i (line ", " / if (line ", " / else (line ", " / for (line ", "while (line "]
    {
        assert!(regions.iter().any(|region| region.contains(part)), "{part}: {regions:?}");
    }
    // The backward graph runs through the same constructs.
    for region in graph.backward().iter().filter_map(Node::region) {
        assert!(regions.contains(&region), "{region}");
    }
}

#[test]
fn callees_are_named() {
    let graph = programs::calls::GRAPH;
    let ops: Vec<_> = graph.nodes().iter().map(Node::op).collect();
    assert!(["decay", "root", "wave"].iter().all(|callee| ops.contains(callee)), "{graph}");
    let ops: Vec<_> = graph.backward().iter().map(Node::op).collect();
    for callee in ["decay", "root", "wave"] {
        assert!(ops.contains(&&*format!("pullback of {callee}")), "{graph}");
    }
}

#[test]
fn rules_of_the_users_own_are_named() {
    let graph = programs::root::GRAPH;
    assert_eq!(graph.name(), "root");
    let output = &graph.nodes()[graph.outputs()[0]];
    assert_eq!((output.op(), output.grad_fn()), ("root", Some("root_vjp")));
    assert_eq!(graph.backward()[1].op(), "pullback of root_vjp");
}
