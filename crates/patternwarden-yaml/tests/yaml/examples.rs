//! Manifests in the styles that people write.

/// Lists below their key, comments, block scalars, quoted and octal-looking values.
pub(crate) const DEPLOYMENT: &str = r#"# The web shop
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop   # one per region
  labels: {app: shop, "tier": 'front', empty: }
  annotations:
    note: |
      first line
        indented
      last line
    folded: >-
      one
      two

      three
    kept: |+
      a

    "quoted key": "tab\tand \"quotes\""
spec:
  replicas: 3
  selector:
    matchLabels:
      app: shop
  template:
    metadata:
      labels:
        app: shop
    spec:
      containers:
      - name: web
        image: registry.example.com/shop:1.10
        args: ["--port", "8080", '--verbose']
        command:
          - sh
          - -c
          - |
            exec /bin/shop \
              --config /etc/shop.yaml
        env:
        - name: MODE
          value: "on"
        - {name: DEBUG, value: "no"}
        - name: EMPTY
          value:
        resources:
          requests: {cpu: 100m, memory: 128Mi}
      - image: registry.example.com/log:2
        name: log
        volumeMounts:
          -
            name: files
            mountPath: /files
      volumes:
        - name: files
          configMap:
            name: shop
            defaultMode: 0644
        - name: scratch
          emptyDir: {}
"#;

/// Several documents, separators with comments, a list at the root.
pub(crate) const BUNDLE: &str = r"---
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  key: plain text that goes on
    over a second line
  on: 'x'
--- # the service
apiVersion: v1
kind: Service
metadata: {name: shop}
spec:
  ports:
    - port: 80
      targetPort: http
      protocol: TCP
---
# nothing but a comment
---
- - nested
  - - deeper
    -
  - {a: [1, 2, {b: c}]}
- key: value
-   other:   spaced
";

/// Anchors, aliases and merges.
pub(crate) const SHARED: &str = r"base: &base
  cpu: 1
  memory: 2Gi
  nested: {x: [1, two]}
again: *base
merged:
  before: 1
  <<: *base
  cpu: 2
list:
- &item name
- *item
- ! 12
- !!str 12
";

/// JSON as a program writes it.
pub(crate) const JSON: &str = r#"{
	"apiVersion": "v1",
	"kind": "Pod",
	"metadata": {"name": "a\/b \ud83d\ude00", "labels": {}},
	"spec": {"containers": [{"name": "web", "ports": [80, 1e2, -0.5]}, null, true]}
}
"#;

/// All of them.
pub(crate) const ALL: [&str; 4] = [DEPLOYMENT, BUNDLE, SHARED, JSON];
