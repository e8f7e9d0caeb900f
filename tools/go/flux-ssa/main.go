// flux-ssa runs the functions of Flux's ssa library that a benchmark compares with: what kustomize-controller calls, in a process of
// its own, without the controller around it. The last line says how long the work itself took, without reading the file and the
// start of the process.
//
//	flux-ssa diff  KUBECONFIG NAMESPACE FILE    what differs, with server-side dry runs, 4 at once
//	flux-ssa apply KUBECONFIG NAMESPACE FILE    applies it, as far as Flux applies: server-side, in stages, 4 at once
package main

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/fluxcd/pkg/ssa"
	"github.com/fluxcd/pkg/ssa/normalize"
	"github.com/fluxcd/pkg/ssa/utils"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// The default of kustomize-controller's --concurrent-ssa.
const concurrency = 4

func main() {
	if len(os.Args) != 5 {
		fmt.Fprintln(os.Stderr, "usage: flux-ssa diff|apply KUBECONFIG NAMESPACE FILE")
		os.Exit(2)
	}
	if err := run(context.Background(), os.Args[1], os.Args[2], os.Args[3], os.Args[4]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, what, kubeconfig, namespace, file string) error {
	objects, err := objectsOf(file, namespace)
	if err != nil {
		return err
	}
	manager, err := managerFor(kubeconfig)
	if err != nil {
		return err
	}
	begun := time.Now()
	changed := 0
	switch what {
	case "diff":
		changed, err = diff(ctx, manager, objects)
	case "apply":
		changed, err = apply(ctx, manager, objects)
	default:
		err = fmt.Errorf("flux-ssa knows no %s", what)
	}
	if err != nil {
		return err
	}
	fmt.Printf("%d of %d changed\n%d ms\n", changed, len(objects), time.Since(begun).Milliseconds())
	return nil
}

func objectsOf(file, namespace string) ([]*unstructured.Unstructured, error) {
	reader, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	objects, err := utils.ReadObjects(reader)
	if err != nil {
		return nil, err
	}
	for _, object := range objects {
		object.SetNamespace(namespace)
	}
	return objects, normalize.UnstructuredList(objects)
}

func managerFor(kubeconfig string) (*ssa.ResourceManager, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	// As the controller runs by default: the API server's own fairness is the only limit.
	config.QPS = -1
	cluster, err := client.New(config, client.Options{})
	if err != nil {
		return nil, err
	}
	manager := ssa.NewResourceManager(cluster, nil, ssa.Owner{Field: "kustomize-controller", Group: "kustomize.toolkit.fluxcd.io"})
	manager.SetConcurrency(concurrency)
	return manager, nil
}

func diff(ctx context.Context, manager *ssa.ResourceManager, objects []*unstructured.Unstructured) (int, error) {
	var (
		wait    sync.WaitGroup
		lock    sync.Mutex
		changed int
		failure error
	)
	lanes := make(chan struct{}, concurrency)
	for _, object := range objects {
		wait.Add(1)
		lanes <- struct{}{}
		go func() {
			defer func() { <-lanes; wait.Done() }()
			entry, _, _, err := manager.Diff(ctx, object, ssa.DefaultDiffOptions())
			lock.Lock()
			defer lock.Unlock()
			if err != nil {
				failure = err
			} else if entry.Action != ssa.UnchangedAction {
				changed++
			}
		}()
	}
	wait.Wait()
	return changed, failure
}

func apply(ctx context.Context, manager *ssa.ResourceManager, objects []*unstructured.Unstructured) (int, error) {
	set, err := manager.ApplyAllStaged(ctx, objects, ssa.DefaultApplyOptions())
	if err != nil {
		return 0, err
	}
	changed := 0
	for _, entry := range set.Entries {
		if entry.Action != ssa.UnchangedAction {
			changed++
		}
	}
	return changed, nil
}
