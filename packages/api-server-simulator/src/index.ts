/** ImagePolicyWebhook and admission webhook callers with cache, retry and fail modes of kube-apiserver. */
